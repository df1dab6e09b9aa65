// Nodes to an Experiment, strictly; every fault found goes to `faults` and the field keeps its default.
#pragma once

#include "node.hpp"

namespace cnnbench::config {

Experiment read_experiment(const Node& root, Faults& faults);

}  // namespace cnnbench::config
