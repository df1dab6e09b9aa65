// What becomes a run's result: fed by what happens, epoch by epoch, it keeps the phases, windows, stages and telemetry, and draws
// the conclusion. Knows no network.
#pragma once

#include <functional>
#include <memory>

#include "cnnbench/measure/phase_clock.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/run_state.hpp"
#include "record/stage_reading.hpp"
#include "record/window_clock.hpp"

namespace cnnbench {

class RunRecord {
 public:
  // `facts`: what is known before the first step. `read` gives the process' stages as they stand.
  RunRecord(RunResult facts, std::uint64_t steps_per_epoch, const TelemetryOptions&, PhaseClock&, std::function<Stages()> read);

  void setup_done();
  // After that, where the run is not at its start.
  void go_on(const RunState&, std::vector<std::string> differences);
  // Where it stands, between two steps. `done`: the epoch that nothing is left to do of but to record and tell it; null: amid one.
  void save_to(RunState&, const EpochRow* done);

  void runs_eagerly() { result_.graph = false; }  // the graph that was meant to be could not be recorded
  void epoch_begins(int epoch, std::uint64_t steps_done);
  void step_done(std::uint64_t step, std::uint64_t pictures);  // 1-based
  // Its steps are done and the device has finished them: windows, telemetry, and the speed that follows from the phases.
  void steps_done(EpochRow&);
  void validation_done(EpochRow& row) { row.validated_at = clock_.elapsed(); }
  void epoch_done(EpochRow&);  // all but telling of it
  void drop_epoch(int epoch);  // it failed before its last step
  void epoch_reported();       // which is the run's time, not the epoch's

  void add_ranks(double bytes_per_step, double step_seconds, double slowest_step_seconds, std::vector<RankRow>);

  const RunResult& result() const { return result_; }
  const std::vector<SpeedWindow>& windows() const { return windows_.windows(); }
  std::optional<TelemetrySample> telemetry() const { return telemetry_->latest(); }
  Stages stages();  // since the run began

  struct End {
    std::string stopped;
    bool until_steady = false;
    std::vector<double> first_losses;
    double paused_seconds = 0;
    bool traced = false;
  };
  RunResult conclude(End);

 private:
  WindowClock::Reading busy();  // of the epoch so far
  Stages reading() const { return sum(earlier_.stages, read_()); }
  Stages counted_stages(const std::vector<EpochRow>& counted) const;
  void add_telemetry(RunResult&) const;
  bool on_cpu() const { return result_.device == "cpu"; }

  RunResult result_;
  PhaseClock& clock_;
  std::function<Stages()> read_;
  WindowClock windows_;
  std::unique_ptr<Telemetry> telemetry_;
  TelemetrySummary epoch_telemetry_;  // what was taken of the epoch's on the way
  Stages first_epoch_, last_epoch_;   // readings at the end of those
  bool failed_ = false;               // amid an epoch, whose stages count for nothing
  // What processes before this one have recorded of the whole run.
  struct Earlier {
    double elapsed = 0;
    Stages stages{};
    TelemetrySummary telemetry{};
    std::vector<TelemetrySample> series{};
    double telemetry_cost_seconds = 0;
  } earlier_;
};

}  // namespace cnnbench
