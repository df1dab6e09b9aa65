// Two sets of rows, cell by cell: which is faster, how sure that is. Pure; what a person reads is made from it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

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
  bool force = false;    // calls a winner on tainted rows, and by the bare ratio where there are too few samples
};

struct Compared {
  std::string label;  // what the cell is
  const Row* base = nullptr;
  const Row* other = nullptr;
  Ratio ratio;  // other / base
  Finding finding = Finding::unsure;
  std::string why{};                  // of unsure
  std::vector<std::string> taints{};  // of both
};

struct Comparison {
  std::vector<Compared> cells;
  std::vector<std::string> unmatched;    // labels of cells that only one side has
  std::optional<double> geometric_mean;  // of the cells' ratios
};

// Cells are the same where what was asked for is the same (the resolved config without its name, description and seed, and without
// the device's number); machine and build may differ. Rows that failed are unmatched. The rows must outlive the result.
Comparison compare_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions&);

// Called slower, and its ratio below 1 - threshold (0.03: 3 %). An unsure cell is no regression: take more repetitions.
bool regressed(const Compared&, double threshold);

std::string comparison_text(const Comparison&, const std::string& base, const std::string& other);
nlohmann::ordered_json to_json(const Comparison&);

// The rows of a file of bench (.jsonl, .json), of a run folder or its result.json, or of a folder of run folders: runs of the same
// config, device and build there are the repetitions of one row.
std::vector<Row> rows_of(const std::filesystem::path&);

// The result.json of a run folder, or those of a folder of run folders. Throws Error(usage) where there is none.
std::vector<std::filesystem::path> result_files(const std::filesystem::path& folder);

// "catdog_original, batch 32, loader.workers=2": what was asked for, the device left out.
std::string cell_label(const Row&);

}  // namespace cnnbench
