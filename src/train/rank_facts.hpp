// What a result says of its ranks. All ranks call these together, but for number_of_this_machine().
#pragma once

#include "train/parts.hpp"

namespace cnnbench {

// The same on all ranks of a machine, another on another one; not negative.
std::int64_t number_of_this_machine();

// Before the steps: who they are, on which machines and cores.
Ranks facts_of_ranks(Exchange&, bool shared_cache);

// Of a step, for the ranks' variation.
void keep_step_time(Parts&, double seconds);

// After them: what each did. While all can still say it.
void add_rank_rows(Parts&);

}  // namespace cnnbench
