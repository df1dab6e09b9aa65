// Where the counters of the loader, the step and the feeder stand, as seconds by stage, and how such readings add up.
#pragma once

#include "cnnbench/pipeline/loader.hpp"
#include "cnnbench/results/run_result.hpp"
#include "step/feeder.hpp"
#include "step/step.hpp"

namespace cnnbench {

// Since the process began: the loader's stages, and the step's as far as the host's clock knows them; not queue_wait, not evaluate.
Stages stages_so_far(const LoaderStats&, const StageSeconds&, double copy, const Stalls&, bool on_cpu);

Stages sum(const Stages&, const Stages&);
Stages between(const Stages& before, const Stages& after);

}  // namespace cnnbench
