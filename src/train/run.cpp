#include "train/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "record/profiler.hpp"
#include "record/reporter.hpp"
#include "record/run_record.hpp"
#include "step/learner.hpp"
#include "train/checkpoint.hpp"
#include "train/setup.hpp"
#include "train/stopping.hpp"
#include "train/training_input.hpp"
#include "train/validator.hpp"

namespace cnnbench {
namespace {

double per_second(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

void require_finite(double loss, const EpochRow& row) {
  if (std::isfinite(loss)) return;
  throw Error(ExitCode::failed, fmt::format("the loss is not finite in epoch {} at or before step {}", row.epoch, row.steps),
              "lower train.learning_rate, or use --set train.precision=float32; best.safetensors is as it was");
}

// The parts of a run, made before it.
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

void announce(Parts& run) {
  const RunResult& r = run.record.result();
  const TrainConfig& train = run.config();
  if ((train.target_accuracy > 0 || train.early_stop_patience > 0) && !run.validator.has_pictures())
    run.reporter.warn("there are no validation pictures: target_accuracy and early_stop_patience have no effect");
  run.reporter.tell(Started{.device = r.device,
                            .device_name = r.device_name,
                            .precision = r.precision,
                            .cache = r.cache,
                            .augment_on = r.augment_on,
                            .convolution = r.convolution,
                            .graph = r.graph,
                            .threads = r.threads,
                            .workers = r.workers,
                            .epochs = train.epochs,
                            .steps_per_epoch = run.input.steps_per_epoch(),
                            .train_pictures = r.train_pictures,
                            .validation_pictures = r.validation_pictures});
}

void report_step(Parts& run, const EpochRow& row, double epoch_start) {
  if (!run.reporter.is_due()) return;
  const Totals totals = run.learner.steps().totals();
  require_finite(totals.loss, row);
  const double seconds = seconds_now() - epoch_start, wait = run.clock.seconds()[Phase::data_wait];
  run.reporter.tell(Stepped{.epoch = row.epoch,
                            .step = row.steps,
                            .steps = run.input.steps_per_epoch(),
                            .images_per_second = per_second(static_cast<double>(totals.pictures), seconds),
                            .data_wait_pct = 100 * per_second(wait, seconds),
                            .loss = totals.loss,
                            .accuracy = totals.accuracy,
                            .seconds = seconds,
                            .telemetry = run.record.telemetry(),
                            .stages = run.record.stages()});
}

void train_on(Parts& run, const DeviceBatch& batch) {
  if (run.hooks.instead_of_step) {
    run.hooks.instead_of_step();
    return run.learner.steps().counted({}, batch.labels.size(0));
  }
  run.learner.train(batch);
  if (run.record.result().graph && !run.learner.is_graph()) {
    run.reporter.warn("no CUDA graph, the step runs eagerly: " + run.learner.graph_failure());
    run.record.runs_eagerly();
  }
}

// The next batch, and a step with it; both in the trace, where there is one.
void make_step(Parts& run, std::uint64_t step) {
  const std::int64_t asked = Trace::now();
  const std::optional<DeviceBatch> batch = run.input.feeder().next();
  const std::int64_t given = Trace::now();
  train_on(run, *batch);
  run.input.feeder().done();
  if (run.profiler) {
    run.profiler->trace().add("trainer", "next batch", asked, given, step);
    run.profiler->trace().add("trainer", "step", given, Trace::now(), step);
  }
  run.record.step_done(step, static_cast<std::uint64_t>(batch->labels.size(0)));
}

void train_epoch(Parts& run, EpochRow& row) {
  const auto compute = run.clock.in(Phase::compute);
  Steps& steps = run.learner.steps();
  Optimizer& optimizer = run.learner.optimizer();
  steps.reset();
  const double epoch_start = seconds_now();
  const std::uint64_t count = run.input.steps_per_epoch();
  for (std::uint64_t step = 1; step <= count; ++step) {
    const double progress = static_cast<double>(row.epoch - 1) + static_cast<double>(step - 1) / static_cast<double>(count);
    optimizer.set_learning_rate(scheduled_rate(run.config(), progress));
    if (run.profiler && run.profiler->is_due(row.epoch, run.config().epochs, step, count)) {
      run.input.feeder().synchronize();
      run.profiler->change();
    }
    make_step(run, step);
    row.steps = step;
    report_step(run, row, epoch_start);
    if (run.signal() != 0) break;
  }
  run.input.feeder().synchronize();
  if (run.profiler) run.profiler->end();
  const Totals totals = steps.totals();
  require_finite(totals.loss, row);
  row.loss = totals.loss;
  row.accuracy = totals.accuracy;
  row.pictures = totals.pictures;
  row.learning_rate = optimizer.learning_rate();
}

void validate(Parts& run, EpochRow& row) {
  const auto evaluate = run.clock.in(Phase::evaluate);
  if (!run.validator.has_pictures()) return;
  const Totals totals = run.validator.evaluate(run.learner, [&](std::uint64_t step, std::uint64_t steps) {
    if (run.reporter.is_due()) run.reporter.tell(Validating{row.epoch, step, steps});
  });
  require_finite(totals.loss, row);
  row.val_loss = totals.loss;
  row.val_accuracy = totals.accuracy;
}

void save_checkpoints(Parts& run, const EpochRow& row, bool is_last, bool is_best) {
  const auto checkpoint = run.clock.in(Phase::checkpoint);
  if (run.hooks.run_folder.empty()) return;
  const int every = run.config().checkpoint_every;
  const bool due = is_last || (every > 0 && row.epoch % every == 0);
  if (!due && !is_best) return;
  const RunResult& r = run.record.result();
  CheckpointInfo info{
      .experiment = r.experiment, .class_names = r.class_names, .epoch = row.epoch, .val_accuracy = row.val_accuracy};
  info.experiment.train.convolution = r.convolution;        // by the same operations it predicts the same, to the bit
  const AveragedWeights averaged = run.learner.averaged();  // what was validated is what to keep
  if (due) save_checkpoint(run.hooks.run_folder / "last.safetensors", run.learner.network(), info);
  if (is_best) save_checkpoint(run.hooks.run_folder / "best.safetensors", run.learner.network(), info);
}

// What an epoch is beside its steps. Gives why the run ends with it; empty: it goes on.
std::string make_epoch(Parts& run, int epoch, BestSoFar& so_far) {
  const TrainConfig& train = run.config();
  EpochRow row{.epoch = epoch};
  run.reporter.tell(EpochStarted{epoch, train.epochs});
  run.record.epoch_begins(epoch);
  train_epoch(run, row);
  run.record.steps_done(row);
  if (epoch == 1 && !run.hooks.instead_of_step) {
    const auto setup = run.clock.in(Phase::setup);
    run.learner.record_graphs();
  }
  const bool stopping = epoch == train.epochs || run.signal() != 0;
  bool best = false;
  if (stopping || (train.validate_every > 0 && epoch % train.validate_every == 0)) {
    validate(run, row);
    best = so_far.take(row.val_accuracy);
  }
  run.record.validation_done(row);
  const std::string stopped = why_to_stop(train,
                                          {.epoch = epoch,
                                           .signal = run.signal(),
                                           .val_accuracy = row.val_accuracy,
                                           .validations_since_best = so_far.validations_since,
                                           .until_steady = run.hooks.until_steady},
                                          run.record.windows());
  save_checkpoints(run, row, !stopped.empty(), best);
  run.record.epoch_done(row);
  run.reporter.tell(EpochDone{.row = row, .epochs = train.epochs, .best = best, .stages = run.record.stages()});
  run.record.told_epoch();
  return stopped;
}

RunResult make_run(Parts& run) {
  announce(run);
  run.record.setup_done();
  const auto output = run.clock.in(Phase::output);  // what is nothing else: lines, telemetry between epochs
  BestSoFar best;
  std::string stopped;
  for (int epoch = 1; stopped.empty() && epoch <= run.config().epochs; ++epoch) stopped = make_epoch(run, epoch, best);
  return run.record.conclude({.stopped = stopped,
                              .until_steady = run.hooks.until_steady,
                              .first_losses = run.learner.steps().kept_losses(),
                              .paused_seconds = paused_seconds() - run.paused_before});
}

}  // namespace

RunResult run_training(const Experiment& experiment, const Splits& splits, const std::string& device_name, const Hooks& hooks) {
  const PauseWatch pauses;
  const double paused_before = paused_seconds();
  PhaseClock clock(Phase::setup);
  const at::Device device = opened_device(device_name, experiment.train);
  const auto stream = stream_of_its_own(device);
  const Setup setup = resolve(experiment, splits, device);
  const Input input = input_of(setup, splits.train);
  Learner learner(seeded_network(setup), setup.experiment.train, input, setup.bfloat16, clock);
  learner.steps().keep_losses(hooks.keep_first_losses);
  std::optional<StepProfiler> profiler;
  if (!hooks.trace.empty()) profiler.emplace(hooks.trace);
  if (hooks.prepare) hooks.prepare();
  TrainingInput pictures(setup, splits.train, input, profiler ? &profiler->trace() : nullptr, clock);
  Validator validator(setup, splits.validation, pictures.copies());
  Reporter reporter(hooks.sink, clock);
  RunResult facts = facts_of(setup, splits);
  facts.graph = learner.is_graph();
  facts.traced = profiler.has_value();
  RunRecord record(std::move(facts), pictures.steps_per_epoch(), watched(device), clock, [&] {
    return StageReading{.loader = pictures.loader_stats(),
                        .step = learner.steps().stage_seconds(),
                        .copy = pictures.feeder().copy_seconds(),
                        .stalls = pictures.feeder().stalls()};
  });
  Parts run{.setup = setup,
            .hooks = hooks,
            .clock = clock,
            .reporter = reporter,
            .record = record,
            .learner = learner,
            .input = pictures,
            .validator = validator,
            .profiler = profiler ? &*profiler : nullptr,
            .paused_before = paused_before};
  return make_run(run);
}

}  // namespace cnnbench
