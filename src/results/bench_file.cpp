#include "cnnbench/results/bench_file.hpp"

#include "whole_lines.hpp"

namespace cnnbench {
namespace fs = std::filesystem;

namespace {

const std::vector<nlohmann::ordered_json> no_samples;

}  // namespace

BenchFile::BenchFile(const fs::path& path, bool resume) {
  if (fs::exists(path) && !resume) refuse_what_is_there(path);
  samples_.emplace(path.string() + ".samples", resume, path);
  if (fs::exists(path)) {
    bool torn = false;
    finished_ = read_rows(path, &torn);
    if (torn) write_atomic(path, whole_lines(path));
  }
  rows_file_.emplace(path);
}

const std::vector<nlohmann::ordered_json>& BenchFile::samples() const { return samples_ ? samples_->found() : no_samples; }

void BenchFile::add_sample(const nlohmann::ordered_json& sample) {
  if (samples_) samples_->add(sample);
}

void BenchFile::add_row(const Row& row) {
  if (rows_file_) rows_file_->line(row_line(row));
}

void BenchFile::close() {
  if (samples_) samples_->remove();
}

}  // namespace cnnbench
