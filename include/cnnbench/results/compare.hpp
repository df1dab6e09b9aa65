// Two sets of rows, cell by cell: which is faster, how sure that is. Pure; what a person reads is made from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

enum class Finding { faster, slower, same, unsure };

template <>
struct EnumNames<Finding> {
  static constexpr std::array values{
      std::pair{Finding::faster, std::string_view{"faster"}},
      std::pair{Finding::slower, std::string_view{"slower"}},
      std::pair{Finding::same, std::string_view{"same"}},
      std::pair{Finding::unsure, std::string_view{"unsure"}},
  };
};

struct CompareOptions {
  double within = 0.01;  // "same": the whole interval is within 1 -+ this
  bool force =
      false;  // calls a winner on disturbed rows, inside the noise floor, and by the bare ratio where there are too few samples
  // Config keys in which paired cells may differ ("train.threads"); "data" stands for the pictures.
  std::vector<std::string> across{};
  // "loader.workers=1": of several base rows for one cell, the one that has this.
  std::vector<std::string> base{};
  bool one_session = false;  // both sides were measured together: no noise floor lies between them
};

struct Compared {
  std::string label;  // what the cell is; where one side has several machines, also on which both were measured
  std::string base_label{};
  const Row* base = nullptr;
  const Row* other = nullptr;
  Ratio ratio;  // other / base, of the samples alone
  std::optional<Interval>
      certain{};  // the ratio's interval with what disturbances may have cost and with the noise floor: what is decided by
  std::optional<double> floor_pct{};  // that was applied
  Finding finding = Finding::unsure;
  std::string why{};                   // of unsure
  std::vector<std::string> taints{};   // of both
  std::vector<std::string> differs{};  // facts that differ: "precision: float32, bfloat16"
};

struct Comparison {
  std::vector<Compared> cells;
  std::vector<std::string> unmatched;    // labels of cells that only one side has
  std::optional<double> geometric_mean;  // of the cells' ratios
  std::string base{}, other{};           // how they were named
};

// Cells are the same where what was asked for is the same (the resolved config without its name, description and seed, without the
// device's number and the place of the pictures) and the pictures are the same (data_hash); machine and build may differ, but of
// several a row goes with that of its own machine. Rows that failed are unmatched. The rows must outlive the result. Throws
// Error(usage) where `across` leaves several base rows to choose from, or names no key.
Comparison compare_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions&);

// The cells of one sweep against one of them: per network (and pictures) and machine the first of its axes' values, or the one that
// options.base chooses.
Comparison compare_sweep(const std::vector<Row>& rows, CompareOptions);

// What a gate makes of a cell. Regression: slower, and the ratio below 1 - threshold (0.03: 3 %). Passed: a loss of more than the
// threshold is excluded. Undecided: neither can be said; take more repetitions.
enum class Gate { passed, regression, undecided };
Gate gate(const Compared&, double threshold);

std::string comparison_text(const Comparison&, const std::string& base, const std::string& other);
nlohmann::ordered_json comparisons_json(const std::vector<Comparison>&);
nlohmann::ordered_json comparisons_schema();

// "catdog_original, batch 32, loader.workers=2": what was asked for, the device left out.
std::string cell_label(const Row&);

}  // namespace cnnbench
