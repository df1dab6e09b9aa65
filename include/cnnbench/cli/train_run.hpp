// One run of `train` in its folder, from the pictures to the report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/state_file.hpp"

namespace cnnbench {

struct TrainRun {
  const Experiment& experiment;
  const Splits& splits;
  std::string device;
  std::filesystem::path folder;               // claimed
  bool goes_on = false;                       // the folder holds it already
  std::shared_ptr<const SavedState> state{};  // where it goes on; null: at its start
  bool allow_inexact = false;
  std::filesystem::path trace{};
  std::uint64_t keep_first_losses = 0;
  bool until_steady = false;
  std::string device_warning{};
  bool report = true, dashboard = false;  // on the terminal
};

// Throws Error where the run ended with one; what was trained before it is kept.
RunResult train_in_its_folder(const TrainRun&);

// As a rank that is not the first: it computes its part, writes nothing and tells nothing but errors.
RunResult train_beside_the_first(const TrainRun&);

}  // namespace cnnbench
