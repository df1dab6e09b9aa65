// How a run goes on from the state that another process has left.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/state_file.hpp"
#include "step/learner.hpp"

namespace cnnbench {

// What the config leaves open is as it was resolved when the run began: measured anew, it may be something else.
Experiment pinned(Experiment, const RunResult& before);

// Why it need not compute the same, bit for bit, as the run would have; Error(usage) where there is such a reason and
// `allow_inexact` is not given, or where no step of it would mean the same.
std::vector<std::string> checked(const SavedState&, const RunResult& now, std::uint64_t steps_per_epoch, bool allow_inexact);

// Error(failed) naming what does not fit this network.
void restore(Learner&, const SavedState&);

}  // namespace cnnbench
