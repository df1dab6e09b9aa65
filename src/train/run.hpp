// One training run on one device, from (experiment, pictures, hooks) to its result: epochs of steps, validation, checkpoints.
// Prints nothing.
#pragma once

#include <string>

#include "cnnbench/train/api.hpp"

namespace cnnbench {

RunResult run_training(const Experiment&, const Splits&, const std::string& device, const Hooks&);

}  // namespace cnnbench
