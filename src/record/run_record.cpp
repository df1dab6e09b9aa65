#include "record/run_record.hpp"

#include "cnnbench/measure/join_telemetry.hpp"

namespace cnnbench {
namespace {

Phases phases_of(const PhaseClock::Seconds& s) {
  return {.wall = s.sum(),
          .setup = s[Phase::setup],
          .data_wait = s[Phase::data_wait],
          .compute = s[Phase::compute],
          .evaluate = s[Phase::evaluate],
          .checkpoint = s[Phase::checkpoint],
          .output = s[Phase::output]};
}

PhaseClock::Seconds seconds_of(const Phases& p) {
  PhaseClock::Seconds s;
  s[Phase::setup] = p.setup;
  s[Phase::data_wait] = p.data_wait;
  s[Phase::compute] = p.compute;
  s[Phase::evaluate] = p.evaluate;
  s[Phase::checkpoint] = p.checkpoint;
  s[Phase::output] = p.output;
  return s;
}

// An epoch, once nothing is left to do of it. What is setup or output of it is the run's, too.
void add(RunResult& result, const EpochRow& row) {
  result.seconds.output += row.seconds.output;
  result.seconds.setup += row.seconds.setup;
  result.epochs.push_back(row);
}

}  // namespace

RunRecord::RunRecord(RunResult facts, std::uint64_t steps_per_epoch, const TelemetryOptions& watched, PhaseClock& clock,
                     std::function<Stages()> read)
    : result_(std::move(facts)),
      clock_(clock),
      read_(std::move(read)),
      windows_(result_.experiment.train.epochs, steps_per_epoch),
      telemetry_(std::make_unique<Telemetry>(watched)) {}

void RunRecord::setup_done() {
  const Phases seconds = phases_of(clock_.take());
  result_.seconds.setup += seconds.setup;
  result_.seconds.output += seconds.output;
}

void RunRecord::go_on(const RunState& state, std::vector<std::string> differences) {
  const RunResult& before = state.result;
  const double setup = result_.seconds.setup;
  result_.test_time = before.test_time;
  if (before.convolution == result_.convolution) result_.kernels = before.kernels;  // with what was measured then
  if (result_.device_warning.empty() && before.device == result_.device) result_.device_warning = before.device_warning;
  result_.epochs = before.epochs;
  result_.resumed = before.resumed;
  if (!result_.resumed) result_.resumed.emplace();
  result_.resumed->push_back({.epoch = state.epoch,
                              .step = state.step,
                              .at_seconds = state.elapsed,
                              .setup_seconds = setup,
                              .differences = std::move(differences)});
  result_.seconds.setup += before.seconds.setup;
  result_.seconds.output += before.seconds.output;
  clock_.go_on(state.elapsed, seconds_of(state.epoch_seconds));
  windows_.go_on(before.windows, state.open_window, {.busy = state.windows_busy, .data_wait = state.windows_wait});
  epoch_telemetry_ = state.epoch_telemetry;
  first_epoch_ = state.first_epoch_stages;
  last_epoch_ = state.last_epoch_stages;
  earlier_ = {.elapsed = state.elapsed,
              .stages = state.stages,
              .telemetry = before.telemetry,
              .series = before.telemetry_series,
              .telemetry_cost_seconds = before.telemetry_cost_pct.value_or(0) * before.telemetry.seconds / 100};
}

void RunRecord::save_to(RunState& state, const EpochRow* done) {
  const auto seconds = clock_.seconds();
  state.elapsed = clock_.taken();
  state.result = result_;
  state.result.windows = windows_.windows();
  add_telemetry(state.result);
  state.stages = reading();
  state.first_epoch_stages = first_epoch_;
  state.last_epoch_stages = done ? state.stages : last_epoch_;
  if (done) {
    EpochRow row = *done;
    row.seconds = phases_of(seconds);
    return add(state.result, row);
  }
  state.epoch_seconds = phases_of(seconds);
  state.epoch_telemetry = epoch_telemetry_ = joined(epoch_telemetry_, telemetry_->window());
  state.open_window = windows_.open();
  state.windows_busy = windows_.closed().busy;
  state.windows_wait = windows_.closed().data_wait;
}

void RunRecord::epoch_begins(int epoch, std::uint64_t steps_done) {
  telemetry_->window();  // what was before is no part of the epoch's
  if (steps_done > 0) return;
  epoch_telemetry_ = {};
  windows_.begin(epoch);
}

void RunRecord::step_done(std::uint64_t step, std::uint64_t pictures) {
  windows_.step(step, pictures, [this] { return busy(); });
}

WindowClock::Reading RunRecord::busy() {
  const auto seconds = clock_.seconds();
  return {.busy = seconds[Phase::data_wait] + seconds[Phase::compute], .data_wait = seconds[Phase::data_wait]};
}

void RunRecord::steps_done(EpochRow& row) {
  windows_.end(busy());
  row.telemetry = joined(epoch_telemetry_, telemetry_->window());
  row.seconds = phases_of(clock_.seconds());
  summarize(row, result_);
  if (row.epoch == 1) first_epoch_ = reading();
}

void RunRecord::epoch_done(EpochRow& row) {
  row.seconds = phases_of(clock_.take());
  add(result_, row);
  last_epoch_ = reading();
}

void RunRecord::drop_epoch(int epoch) {
  windows_.drop(epoch);
  failed_ = true;
  result_.seconds.output += clock_.take().sum();
}

void RunRecord::epoch_reported() { result_.seconds.output += clock_.take()[Phase::output]; }

void RunRecord::add_ranks(double bytes_per_step, double step_seconds, double slowest_step_seconds, std::vector<RankRow> rows) {
  result_.ranks->bytes_per_step = bytes_per_step;
  result_.ranks->step_seconds = step_seconds;
  result_.ranks->slowest_step_seconds = slowest_step_seconds;
  result_.ranks->by_rank = std::move(rows);
}

Stages RunRecord::stages() {
  Stages s = reading();
  const auto now = clock_.seconds();
  s.queue_wait = now[Phase::data_wait];
  s.evaluate = now[Phase::evaluate];
  for (const EpochRow& row : result_.epochs) {
    s.queue_wait += row.seconds.data_wait;
    s.evaluate += row.seconds.evaluate;
  }
  return s;
}

Stages RunRecord::counted_stages(const std::vector<EpochRow>& counted) const {
  Stages s = between(counted.size() < result_.epochs.size() ? first_epoch_ : Stages{}, failed_ ? last_epoch_ : reading());
  s.queue_wait = s.evaluate = 0;
  for (const EpochRow& row : counted) {
    s.queue_wait += row.seconds.data_wait;
    s.evaluate += row.seconds.evaluate;
  }
  return s;
}

void RunRecord::add_telemetry(RunResult& result) const {
  result.telemetry = joined(earlier_.telemetry, telemetry_->total());
  result.telemetry_series = joined(earlier_.series, telemetry_->series(), earlier_.elapsed);
  const double watched = result.telemetry.seconds;
  result.telemetry_cost_pct = watched > 0 ? 100 * (earlier_.telemetry_cost_seconds + telemetry_->cost_seconds()) / watched : 0;
}

RunResult RunRecord::conclude(End end) {
  result_.stopped = std::move(end.stopped);
  result_.windows = windows_.windows();
  result_.steady.counts = end.until_steady;
  summarize(result_);
  const std::vector<EpochRow> counted = counted_epochs(result_);
  result_.stages = counted_stages(counted);
  result_.first_losses = std::move(end.first_losses);
  result_.paused_seconds = end.paused_seconds;
  result_.traced = end.traced;
  add_telemetry(result_);
  add_energy(result_, counted, telemetry_->why_no_energy());
  result_.taints = taints_of(result_);
  result_.verdict = judge(speed_figures(result_), speed_settings(result_));
  result_.seconds.output += clock_.take()[Phase::output];
  result_.seconds.wall = clock_.taken();
  return std::move(result_);
}

}  // namespace cnnbench
