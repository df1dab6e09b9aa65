// Results from wherever they lie, in any mix: run folders, folders of run folders, result.json, files of bench.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

struct NamedRun {
  std::string name;  // of its folder; not yet fit to be shown: it may hold any byte
  RunResult result;
};

struct Results {
  std::vector<Row>
      rows;  // of the runs (those of the same config, pictures, device and build are repetitions of one row), then of files
  std::vector<NamedRun> runs;
  std::vector<Error> damaged;  // what is wrong with files and rows that cannot be read, beside sound ones
};

// A file that is named twice counts once: it would make two repetitions of one. Throws Error(usage) for what is not there or
// holds no result, Error(failed) where nothing can be read.
Results load_results(const std::vector<std::filesystem::path>&);

// The result.json of a run folder, or those of a folder of run folders. Throws Error(usage) where there is none.
std::vector<std::filesystem::path> result_files(const std::filesystem::path& folder);

}  // namespace cnnbench
