#include "train/run.hpp"

#include <fmt/format.h>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/results/stopped.hpp"
#include "train/errors.hpp"
#include "train/parts.hpp"
#include "train/rank_facts.hpp"
#include "train/resume.hpp"
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

bool is_due(const TrainConfig& train, int epoch) { return train.validate_every > 0 && epoch % train.validate_every == 0; }

AfterEpoch after(const Parts& run, const EpochRow& row, int signal) {
  return {.epoch = row.epoch,
          .signal = signal,
          .val_accuracy = row.val_accuracy,
          .validations_since_best = run.best.validations_since,
          .until_steady = run.until_steady};
}

// Why the run ends with it; empty: it goes on. Of ranks it is the first one's clock that says so.
std::string decided(const Parts& run, const EpochRow& row, int signal) {
  const std::string mine = why_to_stop(run.config(), after(run, row, signal), run.record.windows());
  return run.exchange ? run.exchange->of_first(mine) : mine;
}

void tell(Parts& run, const EpochRow& row, bool best) {
  run.reporter.tell(EpochDone{.row = row, .epochs = run.config().epochs, .best = best, .stages = run.record.stages()});
  run.record.epoch_reported();
}

// A signal came amid it. What it gave is told; whoever goes on begins with the step that would have followed.
std::string cut_short(Parts& run, EpochRow& row) {
  const int signal = run.signal();
  run.record.validation_done(row);  // there is none, and what is kept comes after it
  run.checkpoints.cut(run, row);
  run.record.steps_done(row);
  run.record.epoch_done(row);
  tell(run, row, false);
  return decided(run, row, signal);
}

// What an epoch is beside its steps. Gives why the run ends with it; empty: it goes on.
std::string make_epoch(Parts& run, EpochRow& row) {
  const TrainConfig& train = run.config();
  run.reporter.tell(EpochStarted{row.epoch, train.epochs, row.steps});
  run.record.epoch_begins(row.epoch, row.steps);
  train_epoch(run, row);
  if (row.steps < run.input.steps_per_epoch()) return cut_short(run, row);
  run.record.steps_done(row);
  if (row.epoch == run.first_epoch && !run.hooks.instead_of_step) {
    const auto setup = run.clock.in(Phase::setup);
    run.learner.record_graphs();
  }
  bool best = false;
  const bool ends = !decided(run, row, 0).empty();
  if (train.validate_every >= 0 && (ends || is_due(train, row.epoch))) {
    validate(run, row);
    best = run.best.take(row.val_accuracy);
  }
  run.record.validation_done(row);
  if (run.exchange) run.agreed_signal = run.exchange->largest(run.own_signal());
  const std::string stopped = decided(run, row, run.signal());
  run.checkpoints.after_epoch(run, row, !stopped.empty(), best);
  run.record.epoch_done(row);
  tell(run, row, best);
  return stopped;
}

// An epoch that is trained, or was before, is not lost for a picture of the validation set, a full disk or a loss that is no
// number. Called while `error` is handled, which goes on where there is nothing to keep. Gives what is kept as the run's end.
std::string keep_what_there_is(Parts& run, EpochRow& row, const Error& error) {
  if (run.exchange) run.exchange->abandon();
  const bool trained = row.images_per_second > 0;
  const std::vector<EpochRow>& epochs = run.record.result().epochs;
  if (!trained && epochs.empty()) throw;
  std::string stopped = stopped_by_error(error);
  if (!trained) {
    run.record.drop_epoch(row.epoch);
    return stopped;
  }
  if (!epochs.empty() && epochs.back().epoch == row.epoch) return stopped;  // all was done but telling of it
  try {
    if (!row.validated_at) {
      run.record.validation_done(row);
      translating_torch_errors([&] { run.checkpoints.weights(run, row); });
    }
  } catch (const Error& e) {
    run.reporter.warn(fmt::format("the weights of epoch {} could not be kept: {}", row.epoch, e.what()));
  }
  run.record.epoch_done(row);
  tell(run, row, false);
  return stopped;
}

// Between two epochs the one before is told again: it was not yet when its state was taken. Gives why nothing is left to do.
std::string go_on(Parts& run, const RunState& state, const std::vector<std::string>& differences) {
  run.best = {.accuracy = state.best_val_accuracy, .validations_since = state.validations_since_best};
  run.record.go_on(state, differences);
  if (state.step > 0 || state.result.epochs.empty()) return "";
  const EpochRow& row = state.result.epochs.back();
  tell(run, row, row.val_accuracy && run.best.validations_since == 0);
  return decided(run, row, 0);
}

RunResult make_run(Parts& run, const std::vector<std::string>& differences) {
  announce(run);
  run.record.setup_done();
  if (run.exchange) run.exchange->steps_begin();
  const auto output = run.clock.in(Phase::output);  // what is nothing else: lines, telemetry between epochs
  const RunState* state = run.hooks.resume ? &run.hooks.resume->run : nullptr;
  std::string stopped = state ? go_on(run, *state, differences) : "";
  for (int epoch = run.first_epoch; stopped.empty() && epoch <= run.config().epochs; ++epoch) {
    EpochRow row{.epoch = epoch, .steps = state && epoch == run.first_epoch ? state->step : 0};
    try {
      stopped = translating_torch_errors([&] { return make_epoch(run, row); });
    } catch (const Error& e) {
      stopped = keep_what_there_is(run, row, e);
    }
  }
  std::vector<double> first_losses;
  if (!run.exchange || !run.exchange->abandoned()) {
    first_losses = run.learner.steps().kept_losses();
    if (run.exchange) add_rank_rows(run);
  }
  if (run.profiler && !run.profiler->failure().empty()) run.reporter.warn("no trace was written: " + run.profiler->failure());
  if (run.profiler && !run.profiler->begun())
    run.reporter.warn("no step was traced: the run ended before its second epoch; --set train.epochs=1 traces the first");
  return run.record.conclude({.stopped = stopped,
                              .until_steady = run.until_steady,
                              .first_losses = std::move(first_losses),
                              .paused_seconds = run.paused(),
                              .traced = run.profiler && run.profiler->begun()});
}

}  // namespace

RunResult run_training(const Experiment& experiment, const Splits& splits, const std::string& device_name, const Hooks& hooks) {
  const PauseWatch pauses;
  const RunState* state = hooks.resume ? &hooks.resume->run : nullptr;
  const double paused_before = paused_seconds() - (state ? state->paused_seconds : 0);
  PhaseClock clock(Phase::setup);
  const at::Device device = opened_device(device_name, experiment.train);
  const auto stream = stream_of_its_own(device);
  std::unique_ptr<Exchange> exchange;
  // A GPU that a launcher gave to a single process too: the same code as of several, to be tried where there is one.
  if (this_launch().size > 1 || (device.is_cuda() && !this_launch().launcher.empty()))
    exchange = std::make_unique<Exchange>(this_launch(), device);
  Setup setup = resolve(state ? pinned(experiment, state->result) : experiment, splits, device, exchange.get());
  setup.experiment.train.convolution = experiment.train.convolution;
  RunResult facts = facts_of(setup, splits);
  if (exchange) facts.ranks.emplace(facts_of_ranks(*exchange, setup.shared_pictures != nullptr));
  const std::uint64_t steps_per_epoch = steps_of_an_epoch(setup, splits.train);
  const std::vector<std::string> differences =
      state ? checked(*hooks.resume, facts, steps_per_epoch, hooks.allow_inexact) : std::vector<std::string>{};
  const Input input = input_of(setup, splits.train);
  Learner learner(seeded_network(setup, exchange.get()), setup.experiment.train, input, setup.bfloat16, clock, exchange.get());
  if (exchange) {
    const ExchangeAlone alone = exchange->measure_alone();
    facts.ranks->exchange_alone_seconds = alone.step;
    facts.ranks->exchange_latency_seconds = alone.one_number;
    facts.ranks->exchange_beside_seconds = alone.beside_work;
  }
  learner.steps().keep_losses(state ? state->keep_first_losses : hooks.keep_first_losses);
  if (state) restore(learner, *hooks.resume, setup.rank);
  std::optional<StepProfiler> profiler;
  if (!hooks.trace.empty()) profiler.emplace(hooks.trace);
  if (hooks.prepare) hooks.prepare();
  TrainingInput pictures(setup, splits.train, input,
                         {.first_batch = state ? (static_cast<std::uint64_t>(state->epoch) - 1) * steps_per_epoch + state->step : 0,
                          .steps_per_epoch = steps_per_epoch},
                         profiler ? &profiler->trace() : nullptr, clock);
  Validator validator(setup, splits.validation, pictures.copies());
  Reporter reporter(hooks.sink, clock);
  facts.graph = learner.is_graph();
  facts.device_warning = hooks.device_warning;
  RunRecord record(std::move(facts), steps_per_epoch, watched(device), clock, [&] {
    return stages_so_far(pictures.loader_stats(), learner.steps().stage_seconds(), pictures.feeder().copy_seconds(),
                         pictures.feeder().stalls(), device.is_cpu());
  });
  Checkpoints checkpoints(hooks.run_folder, setup.experiment.train);
  Parts run{.setup = setup,
            .hooks = hooks,
            .clock = clock,
            .reporter = reporter,
            .record = record,
            .learner = learner,
            .input = pictures,
            .validator = validator,
            .checkpoints = checkpoints,
            .profiler = profiler ? &*profiler : nullptr,
            .exchange = exchange.get(),
            .paused_before = paused_before,
            .first_epoch = state ? state->epoch : 1,
            .until_steady = hooks.until_steady || (state && state->until_steady),
            .keep_first_losses = state ? state->keep_first_losses : hooks.keep_first_losses};
  return make_run(run, differences);
}

}  // namespace cnnbench
