// Which rows of two sets are the same cell. Not here: what their speeds say.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cnnbench/results/compare.hpp"

namespace cnnbench {

// What a row is called: its cell_label, and its machine where the rows of one side are of several.
class RowNames {
 public:
  explicit RowNames(std::initializer_list<const std::vector<Row>*> sides);
  std::string of(const Row&) const;
  bool several_machines() const { return several_; }

 private:
  std::map<const Row*, std::string> machines_;
  bool several_ = false;
};

struct Pairing {
  std::vector<std::pair<const Row*, const Row*>> pairs;  // base, other
  std::vector<std::string> unmatched;
};

Pairing pair_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions&, const RowNames&);
Pairing pair_sweep(const std::vector<Row>& rows, const CompareOptions&, const RowNames&);

// "train.threads 2 -> 1" for the keys of `across` that differ; empty where none does.
std::string change_between(const Row& base, const Row& other, const std::vector<std::string>& across);

}  // namespace cnnbench
