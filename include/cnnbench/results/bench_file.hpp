// The file a benchmark writes to while it runs: a row per finished cell (FILE.jsonl), and beside it the samples of cells that are
// not finished (FILE.jsonl.samples), so that a killed benchmark goes on where it was and has each cell exactly once.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cnnbench/core/files.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

class BenchFile {
 public:
  BenchFile() = default;  // nothing is kept
  // Throws Error(usage) where the file is there and `resume` is not asked for, and where another process writes to it.
  BenchFile(std::filesystem::path, bool resume);
  ~BenchFile();
  BenchFile(const BenchFile&) = delete;
  BenchFile& operator=(const BenchFile&) = delete;

  const std::vector<Row>& finished() const { return finished_; }                   // what was there
  const std::vector<nlohmann::ordered_json>& samples() const { return samples_; }  // likewise
  void add_sample(const nlohmann::ordered_json&);
  void add_row(const Row&);
  void close();  // all cells are finished: the samples go

 private:
  std::filesystem::path path_;
  int lock_ = -1;
  std::optional<LineFile> rows_file_, samples_file_;
  std::vector<Row> finished_;
  std::vector<nlohmann::ordered_json> samples_;
};

}  // namespace cnnbench
