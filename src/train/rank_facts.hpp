// What a result says of its ranks. All ranks call these together.
#pragma once

#include "train/parts.hpp"

namespace cnnbench {

// Before the steps: who they are, on which machines and cores.
Ranks facts_of_ranks(Exchange&, bool shared_cache);

// Of a step, for the ranks' variation.
void keep_step_time(Parts&, double seconds);

// After them: what each did. While all can still say it.
void add_rank_rows(Parts&);

}  // namespace cnnbench
