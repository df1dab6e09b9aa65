// The parts of a run, made before it: what its epochs work with.
#pragma once

#include "cnnbench/measure/phase_clock.hpp"
#include "cnnbench/train/api.hpp"
#include "record/profiler.hpp"
#include "record/reporter.hpp"
#include "record/run_record.hpp"
#include "step/learner.hpp"
#include "train/setup.hpp"
#include "train/training_input.hpp"
#include "train/validator.hpp"

namespace cnnbench {

struct Parts {
  const Setup& setup;
  const Hooks& hooks;
  PhaseClock& clock;
  Reporter& reporter;
  RunRecord& record;
  Learner& learner;
  TrainingInput& input;
  Validator& validator;
  StepProfiler* profiler;  // null: nothing is traced
  double paused_before;    // paused_seconds() when the run began
  const TrainConfig& config() const { return setup.experiment.train; }
  int signal() const { return hooks.stop ? hooks.stop() : 0; }
};

// Throws Error(failed) that names the epoch and the last step.
void require_finite(double loss, const EpochRow&);

}  // namespace cnnbench
