// When a run ends. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

// The best validation so far.
struct BestSoFar {
  std::optional<double> accuracy{};
  int validations_since = 0;
  bool take(const std::optional<double>& val_accuracy);  // whether this one is better than all before; nullopt: no validation
};

struct AfterEpoch {
  int epoch = 0;   // 1-based
  int signal = 0;  // that asked to stop; 0: none
  std::optional<double> val_accuracy{};
  int validations_since_best = 0;
  bool until_steady = false;  // go on until the speed has settled, no longer
};

// RunResult::stopped; empty: go on.
std::string why_to_stop(const TrainConfig&, const AfterEpoch&, const std::vector<SpeedWindow>& windows);

}  // namespace cnnbench
