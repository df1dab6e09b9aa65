#include "train/run.hpp"

#include <fmt/format.h>

#include "cnnbench/core/clock.hpp"
#include "train/checkpoint.hpp"
#include "train/errors.hpp"
#include "train/parts.hpp"
#include "train/stopping.hpp"
#include "train/training_epoch.hpp"

namespace cnnbench {
namespace {

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
std::string make_epoch(Parts& run, EpochRow& row, BestSoFar& so_far) {
  const TrainConfig& train = run.config();
  const int epoch = row.epoch;
  run.reporter.tell(EpochStarted{epoch, train.epochs});
  run.record.epoch_begins(epoch);
  train_epoch(run, row);
  run.record.steps_done(row);
  if (epoch == 1 && !run.hooks.instead_of_step) {
    const auto setup = run.clock.in(Phase::setup);
    run.learner.record_graphs();
  }
  AfterEpoch now{.epoch = epoch,
                 .signal = run.signal(),
                 .validations_since_best = so_far.validations_since,
                 .until_steady = run.hooks.until_steady};
  const bool ends = !why_to_stop(train, now, run.record.windows()).empty();
  bool best = false;
  if (train.validate_every >= 0 && (ends || (train.validate_every > 0 && epoch % train.validate_every == 0))) {
    validate(run, row);
    best = so_far.take(row.val_accuracy);
  }
  run.record.validation_done(row);
  now.signal = run.signal();
  now.val_accuracy = row.val_accuracy;
  now.validations_since_best = so_far.validations_since;
  const std::string stopped = why_to_stop(train, now, run.record.windows());
  save_checkpoints(run, row, !stopped.empty(), best);
  run.record.epoch_done(row);
  run.reporter.tell(EpochDone{.row = row, .epochs = train.epochs, .best = best, .stages = run.record.stages()});
  run.record.told_epoch();
  return stopped;
}

// An epoch that is trained, or was before, is not lost for a picture of the validation set, a full disk or a loss that is no
// number. Called while `error` is handled, which goes on where there is nothing to keep. Gives what is kept as the run's end.
std::string keep_what_there_is(Parts& run, EpochRow& row, const Error& error) {
  const bool trained = row.images_per_second > 0;
  const std::vector<EpochRow>& epochs = run.record.result().epochs;
  if (!trained && epochs.empty()) throw;
  std::string stopped = fmt::format("error: {}{}", error.what(), error.remedy().empty() ? "" : " -- " + error.remedy());
  if (!trained) {
    run.record.drop_epoch(row.epoch);
    return stopped;
  }
  if (!epochs.empty() && epochs.back().epoch == row.epoch) return stopped;  // all was done but telling of it
  try {
    if (!row.validated_at) {
      run.record.validation_done(row);
      translating_torch_errors([&] { save_checkpoints(run, row, true, false); });
    }
  } catch (const Error& e) {
    run.reporter.warn(fmt::format("the weights of epoch {} could not be kept: {}", row.epoch, e.what()));
  }
  run.record.epoch_done(row);
  run.reporter.tell(EpochDone{.row = row, .epochs = run.config().epochs, .best = false, .stages = run.record.stages()});
  run.record.told_epoch();
  return stopped;
}

RunResult make_run(Parts& run) {
  announce(run);
  run.record.setup_done();
  const auto output = run.clock.in(Phase::output);  // what is nothing else: lines, telemetry between epochs
  BestSoFar best;
  std::string stopped;
  for (int epoch = 1; stopped.empty() && epoch <= run.config().epochs; ++epoch) {
    EpochRow row{.epoch = epoch};
    try {
      stopped = translating_torch_errors([&] { return make_epoch(run, row, best); });
    } catch (const Error& e) {
      stopped = keep_what_there_is(run, row, e);
    }
  }
  if (run.profiler && !run.profiler->begun())
    run.reporter.warn("no step was traced: the run ended before its second epoch; --set train.epochs=1 traces the first");
  return run.record.conclude({.stopped = stopped,
                              .until_steady = run.hooks.until_steady,
                              .first_losses = run.learner.steps().kept_losses(),
                              .paused_seconds = paused_seconds() - run.paused_before,
                              .traced = run.profiler && run.profiler->begun()});
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
  facts.device_warning = hooks.device_warning;
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
