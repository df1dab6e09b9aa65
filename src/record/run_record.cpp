#include "record/run_record.hpp"

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

}  // namespace

RunRecord::RunRecord(RunResult facts, std::uint64_t steps_per_epoch, const TelemetryOptions& watched, PhaseClock& clock,
                     std::function<StageReading()> read)
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

void RunRecord::epoch_begins(int epoch) {
  telemetry_->window();  // what was before is no part of the epoch's
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
  row.telemetry = telemetry_->window();
  row.seconds = phases_of(clock_.seconds());
  summarize(row, result_.device);
  if (row.epoch == 1) after_first_epoch_ = read_();
}

void RunRecord::epoch_done(EpochRow& row) {
  row.seconds = phases_of(clock_.take());
  result_.seconds.output += row.seconds.output;
  result_.seconds.setup += row.seconds.setup;
  result_.epochs.push_back(row);
  after_last_epoch_ = read_();
}

void RunRecord::drop_epoch(int epoch) {
  windows_.drop(epoch);
  failed_ = true;
  result_.seconds.output += clock_.take().sum();
}

void RunRecord::told_epoch() { result_.seconds.output += clock_.take()[Phase::output]; }

Stages RunRecord::stages() {
  Stages s = stages_between({}, read_(), on_cpu());
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
  Stages s = stages_between(counted.size() < result_.epochs.size() ? after_first_epoch_ : StageReading{},
                            failed_ ? after_last_epoch_ : read_(), on_cpu());
  for (const EpochRow& row : counted) {
    s.queue_wait += row.seconds.data_wait;
    s.evaluate += row.seconds.evaluate;
  }
  return s;
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
  result_.telemetry = telemetry_->total();
  result_.telemetry_series = telemetry_->series();
  const double watched = result_.telemetry.seconds;
  result_.telemetry_cost_pct = watched > 0 ? 100 * telemetry_->cost_seconds() / watched : 0;
  add_energy(result_, counted, telemetry_->why_no_energy());
  result_.taints = taints_of(result_);
  result_.verdict = judge(speed_figures(result_), speed_settings(result_));
  result_.seconds.output += clock_.take()[Phase::output];
  result_.seconds.wall = clock_.taken();
  return std::move(result_);
}

}  // namespace cnnbench
