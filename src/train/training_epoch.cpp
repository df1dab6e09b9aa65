#include "train/training_epoch.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "train/rank_facts.hpp"

namespace cnnbench {
namespace {

double per_second(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

void report_step(Parts& run, const EpochRow& row, double epoch_start) {
  if (!run.reporter.is_due()) return;
  const Totals totals = run.learner.steps().totals();
  require_finite(totals.loss, row);
  const double seconds = seconds_now() - epoch_start, wait = run.clock.seconds()[Phase::data_wait];
  run.reporter.tell(Stepped{.epoch = row.epoch,
                            .step = row.steps,
                            .steps = run.input.steps_per_epoch(),
                            .images_per_second = per_second(static_cast<double>(totals.pictures) * run.setup.ranks, seconds),
                            .data_wait_pct = 100 * per_second(wait, seconds),
                            .loss = totals.loss,
                            .accuracy = totals.accuracy,
                            .seconds = seconds,
                            .telemetry = run.record.telemetry(),
                            .stages = run.record.stages()});
}

void train_on(Parts& run, const DeviceBatch& batch, bool updates) {
  if (run.hooks.instead_of_step) {
    run.hooks.instead_of_step();
    return run.learner.steps().trained({}, batch);
  }
  run.learner.train(batch, updates);
  if (run.record.result().graph && !run.learner.is_graph()) {
    run.reporter.warn("no CUDA graph, the step runs eagerly: " + run.learner.graph_failure());
    run.record.runs_eagerly();
  }
}

// The next batch, and a step with it; both in the trace, where there is one.
void make_step(Parts& run, std::uint64_t step, bool updates) {
  const std::int64_t asked = Trace::now();
  const std::optional<DeviceBatch> batch = run.input.feeder().next();
  const std::int64_t given = Trace::now();
  train_on(run, *batch, updates);
  run.input.feeder().done();
  if (run.profiler) {
    run.profiler->trace().add("trainer", "next batch", asked, given, step);
    run.profiler->trace().add("trainer", "step", given, Trace::now(), step);
  }
  run.record.step_done(step, static_cast<std::uint64_t>(batch->pictures_of_step()));
}

// Not of weights that are no numbers: the state before is the one to go on from.
void keep_state(Parts& run, const EpochRow& row) {
  run.input.feeder().synchronize();
  require_finite(run.learner.steps().totals_of_all().loss, row);
  run.checkpoints.amid_epoch(run, row);
}

// What comes after the step, on all ranks alike: whether a state is kept. Gradients that wait for an update are in none.
bool wants_state(Parts& run, bool last_step, bool updated) {
  run.checkpoints.step_done();
  if (!updated) return false;
  const bool due = !last_step && run.checkpoints.is_due_amid_epoch();
  if (!run.exchange) return due;
  const Wishes all = run.exchange->agreed({.signal = run.own_signal(), .state_due = due && !run.state_wished});
  run.agreed_signal = all.signal;
  run.state_wished = (due || run.state_wished) && !all.state_due;
  return all.state_due && !last_step;
}

}  // namespace

void require_finite(double loss, const EpochRow& row) {
  if (std::isfinite(loss)) return;
  throw Error(ExitCode::failed, fmt::format("the loss is not finite in epoch {} at or before step {}", row.epoch, row.steps),
              "lower train.learning_rate, or use --set train.precision=float32; best.safetensors is as it was");
}

void train_epoch(Parts& run, EpochRow& row) {
  const auto compute = run.clock.in(Phase::compute);
  Steps& steps = run.learner.steps();
  Optimizer& optimizer = run.learner.optimizer();
  if (row.steps == 0) steps.reset();  // else a process before this one has begun it
  const double epoch_start = seconds_now() - run.clock.seconds().sum();
  const std::uint64_t count = run.input.steps_per_epoch();
  const auto batches = static_cast<std::uint64_t>(batches_per_update(run.setup.experiment));
  for (std::uint64_t step = row.steps + 1; step <= count; ++step) {
    const double progress = static_cast<double>(row.epoch - 1) + static_cast<double>(step - 1) / static_cast<double>(count);
    const bool updates = step % batches == 0 || step == count;
    optimizer.set_learning_rate(scheduled_rate(run.setup.experiment, progress));
    if (run.profiler && run.profiler->is_due(row.epoch, run.config().epochs, step, count)) {
      run.input.feeder().synchronize();
      run.profiler->change();
    }
    const double before = seconds_now();
    make_step(run, step, updates);
    if (run.exchange && row.epoch > run.first_epoch) keep_step_time(run, seconds_now() - before);
    row.steps = step;
    report_step(run, row, epoch_start);
    const bool state_is_due = wants_state(run, step == count, updates);
    if (updates && run.signal() != 0) break;
    if (state_is_due) keep_state(run, row);
  }
  run.input.feeder().synchronize();
  if (run.profiler) run.profiler->end();
  const Totals totals = steps.totals_of_all();
  require_finite(totals.loss, row);
  row.loss = totals.loss;
  row.accuracy = totals.accuracy;
  row.pictures = totals.pictures;
  row.learning_rate = optimizer.learning_rate();
}

}  // namespace cnnbench
