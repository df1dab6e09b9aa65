// Where the rows of a benchmark go: stdout in the format that was asked for, and --export's file, whose ending says its format.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

struct BenchOutput {
  std::optional<RowFormat> on_stdout;  // none: a table for people
  std::filesystem::path file;          // empty: none
  RowFormat in_file = RowFormat::jsonl;
};

// Before anything is computed: throws Error(usage) where --export has no known ending or no place.
BenchOutput check_output(const BenchOptions&);

void put_rows(const std::vector<Row>&, const BenchOutput&);
void write_rows(const std::vector<Row>&, const BenchOutput&);  // to the file, whole or not at all

}  // namespace cnnbench
