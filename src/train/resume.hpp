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

// What `name` is called in a state, of a rank other than the first.
std::string name_of_rank(const std::string& name, int rank);

// Error(failed) naming what does not fit this network. `rank`: whose own tensors are taken; of a rank that there was not, the
// first's.
void restore(Learner&, const SavedState&, int rank = 0);

}  // namespace cnnbench
