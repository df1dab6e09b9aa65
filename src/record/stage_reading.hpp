// Where the counters of the loader, the step and the feeder stand, and what lies between two readings.
#pragma once

#include "cnnbench/pipeline/loader.hpp"
#include "cnnbench/results/run_result.hpp"
#include "step/feeder.hpp"
#include "step/step.hpp"

namespace cnnbench {

struct StageReading {
  LoaderStats loader{};
  StageSeconds step{};
  double copy = 0;
  Stalls stalls{};
};

// The loader's stages, and the step's as far as the host's clock knows them; not queue_wait, not evaluate.
Stages stages_between(const StageReading& before, const StageReading& after, bool on_cpu);

}  // namespace cnnbench
