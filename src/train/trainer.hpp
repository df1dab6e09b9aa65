// One training run on one device: epochs of steps, validation, checkpoints, the clock of each phase, and the events that
// tell about them. Prints nothing.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/pipeline/placement.hpp"
#include "cnnbench/train/api.hpp"
#include "train/checkpoint.hpp"
#include "step/feeder.hpp"
#include "network/kernel_choice.hpp"
#include "network/network.hpp"
#include "step/optimizer.hpp"
#include "record/profiler.hpp"
#include "step/step.hpp"
#include "step/step_graph.hpp"
#include "record/window_clock.hpp"

namespace cnnbench {

class Trainer {
 public:
  Trainer(const Experiment&, const Splits&, const std::string& device, const Hooks&);
  RunResult run();

 private:
  struct StagesSoFar {
    LoaderStats loader{};
    StageSeconds step{};
    double copy = 0;
    Stalls stalls{};
  };
  StagesSoFar stages_so_far() const;
  Stages stages_since(const StagesSoFar&) const;  // the loader's and the step's; not queue_wait, not evaluate
  Stages stages_of_run() const;
  Stages counted_stages(const std::vector<EpochRow>& counted) const;
  void announce();
  void train_on(const DeviceBatch&);
  void profile(int epoch, std::uint64_t step);
  void train_epoch(EpochRow&);
  void validate(EpochRow&);
  void report_validation(int epoch, std::uint64_t step, std::uint64_t steps);
  bool report_is_due();
  void checkpoint(EpochRow&, bool best);
  void report_step(const EpochRow&, std::uint64_t step, double epoch_start, double wait_before);
  bool finished(const EpochRow&, int since_best);  // sets result_.stopped
  std::string settled() const;                     // why to stop, where the run is to go on until it is steady
  void conclude();
  void save(const char* file, const EpochRow&);
  void tell(const Event&);
  double recording_seconds() const { return graph_ ? graph_->recording_seconds() : 0; }
  void lap(double& phase);  // what passed since the last lap is added to this phase: every moment belongs to one
  void warn(const std::string& text);
  void require_finite(double loss, int epoch, std::uint64_t step) const;

  Experiment experiment_;
  const Splits& splits_;
  const Hooks& hooks_;
  const PauseWatch pause_watch_;
  const double paused_before_ = paused_seconds();
  double start_, lapped_;
  at::Device device_;
  std::unique_ptr<c10::StreamGuard> own_stream_;  // CUDA: all of the run, for a default stream cannot be recorded as a graph
  InputPlan input_;
  KernelChooser kernels_;
  bool bfloat16_;
  Network network_;
  Input device_input_;
  Steps steps_;
  Optimizer optimizer_;
  std::optional<StepGraph> graph_;
  std::optional<StepProfiler> profiler_;
  std::optional<MovingAverage> average_;
  std::shared_ptr<PictureCache> validation_cache_;
  std::optional<Loader> loader_;
  std::optional<c10::Stream> copies_;
  std::optional<Feeder> feeder_;
  std::unique_ptr<Telemetry> telemetry_;
  std::uint64_t steps_per_epoch_ = 0;
  std::optional<WindowClock> windows_;
  double last_report_ = 0;
  double told_seconds_ = 0;       // spent in the sink
  double evaluated_seconds_ = 0;  // of the epochs so far
  StagesSoFar first_epoch_stages_;
  RunResult result_;
};

}  // namespace cnnbench
