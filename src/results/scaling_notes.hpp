// In words what a projection rests on, for who reads its table.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/scaling_source.hpp"

namespace cnnbench {

enum class Known { no, measured, chosen };

struct ScalingFacts {
  int ranks = 1, batches = 1;   // of the result; batches that one update adds up
  double wait = 0, faster = 1;  // share of the time waiting for pictures; ScalingChoice::faster
  bool backward_is_measured = false;
  Known variation = Known::no;
};

std::vector<std::string> scaling_notes(const ScalingSource&, const ScalingFacts&);

}  // namespace cnnbench
