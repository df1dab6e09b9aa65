// The file a benchmark writes to while it runs: a row per finished cell (FILE.jsonl), and beside it the samples of cells that are
// not finished (FILE.jsonl.samples), so that a killed benchmark goes on where it was and has each cell exactly once.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cnnbench/core/files.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/sample_file.hpp"

namespace cnnbench {

class BenchFile {
 public:
  BenchFile() = default;  // nothing is kept
  // Throws Error(usage) where the file is there and `resume` is not asked for, and where another process writes to it.
  BenchFile(const std::filesystem::path&, bool resume);

  const std::vector<Row>& finished() const { return finished_; }  // what was there
  const std::vector<nlohmann::ordered_json>& samples() const;     // likewise
  void add_sample(const nlohmann::ordered_json&);
  void add_row(const Row&);
  void close();  // all cells are finished: the samples go

 private:
  std::optional<SampleFile> samples_;
  std::optional<LineFile> rows_file_;
  std::vector<Row> finished_;
};

}  // namespace cnnbench
