// The parts of a run, made before it: what its epochs work with.
#pragma once

#include <deque>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/measure/phase_clock.hpp"
#include "cnnbench/train/api.hpp"
#include "record/profiler.hpp"
#include "record/reporter.hpp"
#include "record/run_record.hpp"
#include "step/learner.hpp"
#include "train/checkpoints.hpp"
#include "train/setup.hpp"
#include "train/stopping.hpp"
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
  Checkpoints& checkpoints;
  StepProfiler* profiler;  // null: nothing is traced
  Exchange* exchange;      // with the other ranks; null: there are none
  double paused_before;    // paused_seconds() when the run began
  int first_epoch = 1;     // of this process
  BestSoFar best{};
  bool until_steady = false;
  bool state_wished = false;  // of ranks: asked for and not yet kept
  int agreed_signal = 0;      // of ranks: that all of them know of
  std::uint64_t keep_first_losses = 0;
  std::deque<double> step_seconds{};  // of ranks: the last ones after the first epoch, the batch's coming included
  const TrainConfig& config() const { return setup.experiment.train; }
  int signal() const { return exchange ? agreed_signal : own_signal(); }
  int own_signal() const { return hooks.stop ? hooks.stop() : 0; }
  double paused() const { return paused_seconds() - paused_before; }
};

// Throws Error(failed) that names the epoch and the last step.
void require_finite(double loss, const EpochRow&);

}  // namespace cnnbench
