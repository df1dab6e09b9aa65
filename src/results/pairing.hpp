// Which rows of two sets are the same cell. Not here: what their speeds say.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cnnbench/results/compare.hpp"

namespace cnnbench {

struct Pairing {
  std::vector<std::pair<const Row*, const Row*>> pairs;  // base, other
  std::vector<std::string> unmatched;
};

Pairing pair_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions&);
Pairing pair_sweep(const std::vector<Row>& rows, const CompareOptions&);

// "train.threads 2 -> 1" for the keys of `across` that differ; empty where none does.
std::string change_between(const Row& base, const Row& other, const std::vector<std::string>& across);

}  // namespace cnnbench
