#include "train/trainer.hpp"

#include <ATen/DeviceAccelerator.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/data/data_hash.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "kernels/devices.hpp"
#include "step/precision.hpp"

namespace cnnbench {
namespace {

constexpr double report_interval_seconds = 0.25;
// A speed that has not settled after so many windows will not: some more epochs would be no better.
constexpr std::size_t patience_windows = 80;
// Enough steps to see a pattern, few enough to look at; after the first ones, which warm up.
constexpr std::uint64_t first_traced_step = 5, traced_steps = 30;

Plan planned_network(const Experiment& e, const Splits& splits) {
  return plan_network(e.model, augmented_size(e.augment, splits.train.size), static_cast<int>(splits.train.class_names.size()));
}

// Threads are set before anything is measured or built on the device.
at::Device opened_device(const std::string& name, const TrainConfig& train) {
  const at::Device device = open_device(name);
  at::globalContext().setBenchmarkCuDNN(true);  // shapes stay the same, so the fastest kernel is looked for once
  set_compute_threads(train.threads > 0 ? train.threads : process_cpus().count());
  return device;
}

std::unique_ptr<c10::StreamGuard> stream_of_its_own(const at::Device& device) {
  if (device.is_cpu()) return nullptr;
  return std::make_unique<c10::StreamGuard>(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device));
}

std::uint64_t free_device_bytes(const at::Device& device) {
  return device.is_cpu() ? 0 : at::accelerator::getMemoryInfo(device.index()).first;
}

Input input_of(const Experiment& e, const InputPlan& plan, const Dataset& pictures, const at::Device& device) {
  Input input{.preprocess = preprocess_of(e.augment)};
  if (plan.augment_on_device) input.warp.emplace(e.augment, pictures.size, device);
  if (plan.cache == CacheMode::device)
    input.store = at::empty({static_cast<std::int64_t>(pictures.count()), pictures.size.height, pictures.size.width, 3},
                            at::TensorOptions().dtype(at::kByte).device(device));
  return input;
}

bool wants_graph(const TrainConfig& train, const at::Device& device) {
  const bool possible = StepGraph::possible(device);
  if (train.graph == GraphMode::on && !possible)
    throw Error(ExitCode::usage, "train.graph is on, but a step on the CPU cannot be a CUDA graph", "set train.graph to auto");
  return possible && train.graph != GraphMode::off && train.profile != Profile::tutorial;
}

Network seeded_network(const Plan& plan, const TrainConfig& train, const at::Device& device, const Kernels& kernels) {
  torch::manual_seed(train.seed);  // dropout
  return build_network(plan, train.seed, device, kernels);
}

TelemetryOptions watched(const at::Device& device) {
  TelemetryOptions options;
  if (device.is_cuda()) {
    options.gpu_index = device.index();
    options.gpu_pci_bus_id = pci_bus_id(device);
  }
  return options;
}

double per_second(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

}  // namespace

Trainer::Trainer(const Experiment& experiment, const Splits& splits, const std::string& device, const Hooks& hooks)
    : experiment_(experiment),
      splits_(splits),
      hooks_(hooks),
      start_(seconds_now()),
      lapped_(start_),
      device_(opened_device(device, experiment.train)),
      own_stream_(stream_of_its_own(device_)),
      input_(place_input(experiment, cache_sizes(splits.train), available_memory_bytes(), free_device_bytes(device_))),
      kernels_(experiment_, planned_network(experiment, splits), device_),
      bfloat16_(choose_bfloat16(experiment, planned_network(experiment, splits), device_,
                                [this](bool bfloat16) { return kernels_.of(bfloat16).kernels; })),
      network_(seeded_network(planned_network(experiment, splits), experiment.train, device_, kernels_.of(bfloat16_).kernels)),
      device_input_(input_of(experiment, input_, splits.train, device_)),
      steps_(network_, device_input_, bfloat16_),
      optimizer_(network_.parameters, experiment.train) {
  experiment_.train.precision = bfloat16_ ? Precision::bfloat16 : Precision::float32;
  const TrainConfig& train = experiment_.train;
  if (train.moving_average > 0) average_.emplace(network_.parameters, train.moving_average);
  if (!hooks.trace.empty()) profiler_.emplace(hooks.trace);
  if (wants_graph(train, device_)) graph_.emplace(steps_, optimizer_);
  steps_.keep_losses(hooks.keep_first_losses);

  if (hooks.prepare) hooks.prepare();
  const Placement threads = place_threads(train, experiment_.loader, device_.is_cuda(), process_cpus().count(), input_.cache);
  LoaderOptions options{.workers = threads.workers,
                        .batch_size = experiment_.loader.batch_size,
                        .max_queue_size = experiment_.loader.max_queue_size,
                        .shuffle = experiment_.loader.shuffle,
                        .seed = train.seed,
                        .cache = input_.host_cache(),
                        .delivery = input_.delivery(),
                        .delivery_later = input_.delivery_later(),
                        .cpus = process_cpus().cpus,
                        .trace = profiler_ ? &profiler_->trace() : nullptr};
  loader_.emplace(splits.train, experiment_.augment, options, slots_for(device_));
  const CacheMode validation_cache = input_.cache == CacheMode::device ? CacheMode::decoded : input_.cache;
  validation_cache_ = std::make_shared<PictureCache>(splits.validation, validation_cache);
  copies_ = stream_for_copies(device_);
  const bool draws = input_.augment_on_device || device_input_.preprocess.jitters;
  feeder_.emplace(*loader_, device_, FeederOptions{.draws = draws, .store = device_input_.store, .copies = copies_});
  steps_per_epoch_ = train.steps_per_epoch > 0 ? static_cast<std::uint64_t>(train.steps_per_epoch) : loader_->batches_per_pass();
  windows_.emplace(train.epochs, steps_per_epoch_);
  telemetry_ = std::make_unique<Telemetry>(watched(device_));

  stamp(result_);
  result_.experiment = experiment_;
  result_.config_hash = config_hash(experiment_);
  result_.data_hash = data_hash(splits);
  result_.device = device_.str();
  result_.device_name = device_name(device_);
  result_.precision = bfloat16_ ? "bfloat16" : "float32";
  result_.libtorch = TORCH_VERSION;
  result_.data_source = splits.source;
  result_.data_warning = splits.warning;
  result_.threads = threads.compute_threads;
  result_.workers = threads.workers;
  result_.cache = name_of(input_.cache);
  result_.auto_cache = name_of(input_.auto_cache);
  result_.augment_on = name_of(input_.augment_on_device ? AugmentOn::device : AugmentOn::cpu);
  result_.graph = graph_.has_value();
  result_.traced = profiler_.has_value();
  // libtorch's default: cuDNN convolutions multiply with 10 bits of mantissa, dense layers with 23.
  result_.tf32 = device_.is_cuda() && !bfloat16_ && at::globalContext().allowTF32CuDNN();
  result_.convolution = kernels_.of(bfloat16_).convolution;
  result_.kernels = kernels_.of(bfloat16_).layers;
  result_.n_params = network_.plan.parameters();
  result_.flops_per_image = network_.plan.flops();
  result_.class_names = splits.train.class_names;
  result_.train_pictures = splits.train.count();
  result_.validation_pictures = splits.validation.count();
  result_.skipped = splits.train.skipped;
  result_.skipped.insert(result_.skipped.end(), splits.validation.skipped.begin(), splits.validation.skipped.end());
}

void Trainer::tell(const Event& event) {
  if (!hooks_.sink) return;
  const double before = seconds_now();
  hooks_.sink(event);
  told_seconds_ += seconds_now() - before;
}

void Trainer::lap(double& phase) {
  const double now = seconds_now();
  phase += now - lapped_;
  lapped_ = now;
}

void Trainer::warn(const std::string& text) { tell(Warned{text}); }

void Trainer::announce() {
  const bool aims = experiment_.train.target_accuracy > 0 || experiment_.train.early_stop_patience > 0;
  if (aims && splits_.validation.count() == 0)
    warn("there are no validation pictures: target_accuracy and early_stop_patience have no effect");
  tell(Started{.device = result_.device,
               .device_name = result_.device_name,
               .precision = result_.precision,
               .cache = result_.cache,
               .augment_on = result_.augment_on,
               .convolution = result_.convolution,
               .graph = result_.graph,
               .threads = result_.threads,
               .workers = result_.workers,
               .epochs = experiment_.train.epochs,
               .steps_per_epoch = steps_per_epoch_,
               .train_pictures = splits_.train.count(),
               .validation_pictures = splits_.validation.count()});
}

void Trainer::require_finite(double loss, int epoch, std::uint64_t step) const {
  if (std::isfinite(loss)) return;
  throw Error(ExitCode::failed, fmt::format("the loss is not finite in epoch {} at or before step {}", epoch, step),
              "lower train.learning_rate, or use --set train.precision=float32; best.safetensors is as it was");
}

bool Trainer::report_is_due() {
  const double now = seconds_now();
  if (!hooks_.sink || now - last_report_ < report_interval_seconds) return false;
  last_report_ = now;
  return true;
}

void Trainer::report_step(const EpochRow& row, std::uint64_t step, double epoch_start, double wait_before) {
  if (!report_is_due()) return;
  const double now = last_report_;
  const Totals totals = steps_.totals();
  require_finite(totals.loss, row.epoch, step);
  const double seconds = now - epoch_start, wait = feeder_->wait_seconds() - wait_before;
  tell(Stepped{.epoch = row.epoch,
               .step = step,
               .steps = steps_per_epoch_,
               .images_per_second = per_second(static_cast<double>(totals.pictures), seconds),
               .data_wait_pct = 100 * per_second(wait, seconds),
               .loss = totals.loss,
               .accuracy = totals.accuracy,
               .seconds = seconds,
               .telemetry = telemetry_->latest(),
               .stages = stages_of_run()});
}

void Trainer::report_validation(int epoch, std::uint64_t step, std::uint64_t steps) {
  if (report_is_due()) tell(Validating{epoch, step, steps});
}

// Begins and ends the traced steps: of the second epoch where there is one, for the first one fills caches.
void Trainer::profile(int epoch, std::uint64_t step) {
  if (!profiler_ || epoch != std::min(2, experiment_.train.epochs)) return;
  if (!profiler_->begun() && step >= std::min(first_traced_step, steps_per_epoch_)) {
    feeder_->synchronize();
    profiler_->begin();
  } else if (step == first_traced_step + traced_steps) {
    feeder_->synchronize();
    profiler_->end();
  }
}

void Trainer::train_on(const DeviceBatch& batch) {
  if (hooks_.instead_of_step) {
    hooks_.instead_of_step();
    return steps_.counted({}, batch.labels.size(0));
  }
  if (graph_) {
    graph_->train(batch);
    if (result_.graph && !graph_->failure().empty()) {
      if (experiment_.train.graph == GraphMode::on)
        throw Error(ExitCode::failed, "the step cannot be recorded as a CUDA graph: " + graph_->failure(),
                    "set train.graph to auto");
      warn("no CUDA graph, the step runs eagerly: " + graph_->failure());
      result_.graph = false;
    }
  } else {
    steps_.train(batch, optimizer_);
  }
  // Its weight changes with every step, so it is no part of the graph.
  if (average_) average_->update();
}

void Trainer::train_epoch(EpochRow& row) {
  steps_.reset();
  const double epoch_start = seconds_now(), wait_before = feeder_->wait_seconds(), told_before = told_seconds_;
  const double begun = lapped_;
  const double recorded_before = recording_seconds();
  const auto so_far = [&] {
    return WindowClock::Reading{
        .busy = seconds_now() - begun - (told_seconds_ - told_before) - (recording_seconds() - recorded_before),
        .data_wait = feeder_->wait_seconds() - wait_before};
  };
  windows_->begin(row.epoch);
  for (std::uint64_t step = 1; step <= steps_per_epoch_; ++step) {
    const double progress =
        static_cast<double>(row.epoch - 1) + static_cast<double>(step - 1) / static_cast<double>(steps_per_epoch_);
    optimizer_.set_learning_rate(scheduled_rate(experiment_.train, progress));
    profile(row.epoch, step);
    const std::int64_t asked = Trace::now();
    const std::optional<DeviceBatch> batch = feeder_->next();
    const std::int64_t given = Trace::now();
    train_on(*batch);
    feeder_->done();
    if (profiler_) {
      profiler_->trace().add("trainer", "next batch", asked, given, step);
      profiler_->trace().add("trainer", "step", given, Trace::now(), step);
    }
    row.steps = step;
    windows_->step(step, static_cast<std::uint64_t>(batch->labels.size(0)), so_far);
    report_step(row, step, epoch_start, wait_before);
    if (hooks_.stop && hooks_.stop() != 0) break;
  }
  feeder_->synchronize();
  if (profiler_) profiler_->end();
  const Totals totals = steps_.totals();
  row.seconds.data_wait = feeder_->wait_seconds() - wait_before;
  lap(row.seconds.compute);
  const double told = told_seconds_ - told_before;
  const double recorded = recording_seconds() - recorded_before;  // no step: what is made once for all that follow
  row.seconds.compute -= row.seconds.data_wait + told + recorded;
  row.seconds.output += told;
  row.seconds.setup += recorded;
  windows_->end({.busy = row.seconds.data_wait + row.seconds.compute, .data_wait = row.seconds.data_wait});
  require_finite(totals.loss, row.epoch, row.steps);
  row.loss = totals.loss;
  row.accuracy = totals.accuracy;
  row.pictures = totals.pictures;
  row.learning_rate = optimizer_.learning_rate();
}

void Trainer::validate(EpochRow& row) {
  if (splits_.validation.count() == 0) return;
  if (average_) average_->swap();
  LoaderOptions options{.workers = std::max(result_.workers, device_.is_cpu() ? result_.threads : 1),
                        .batch_size = experiment_.loader.batch_size,
                        .max_queue_size = experiment_.loader.max_queue_size,
                        .shuffle = false,
                        .augment = false,
                        .seed = experiment_.train.seed,
                        .last_batch = {},
                        .cache = validation_cache_->mode(),
                        .cpus = process_cpus().cpus};
  const auto batch_size = static_cast<std::uint64_t>(options.batch_size);
  options.last_batch = (splits_.validation.count() + batch_size - 1) / batch_size;
  Loader loader(validation_cache_, experiment_.augment, options, slots_for(device_));
  Feeder feeder(loader, device_, {.copies = copies_});
  steps_.reset();
  std::uint64_t step = 0;
  while (const std::optional<DeviceBatch> batch = feeder.next()) {
    steps_.evaluate(*batch);
    feeder.done();
    report_validation(row.epoch, ++step, *options.last_batch);
  }
  feeder.synchronize();
  const Totals totals = steps_.totals();
  if (average_) average_->swap();
  require_finite(totals.loss, row.epoch, row.steps);
  row.val_loss = totals.loss;
  row.val_accuracy = totals.accuracy;
}

void Trainer::save(const char* file, const EpochRow& row) {
  Experiment experiment = experiment_;
  experiment.train.convolution = result_.convolution;  // by the same operations it predicts the same, to the bit
  save_checkpoint(
      hooks_.run_folder / file, network_,
      {.experiment = experiment, .class_names = result_.class_names, .epoch = row.epoch, .val_accuracy = row.val_accuracy});
}

void Trainer::checkpoint(EpochRow& row, bool best) {
  if (hooks_.run_folder.empty()) return;
  const int every = experiment_.train.checkpoint_every;
  const bool last = row.epoch == experiment_.train.epochs || !result_.stopped.empty();
  const bool due = last || (every > 0 && row.epoch % every == 0);
  if (!due && !best) return;
  if (average_) average_->swap();  // the weights that were validated are the ones to keep
  if (due) save("last.safetensors", row);
  if (best) save("best.safetensors", row);
  if (average_) average_->swap();
}

bool Trainer::finished(const EpochRow& row, int since_best) {
  const TrainConfig& train = experiment_.train;
  const int signal = hooks_.stop ? hooks_.stop() : 0;
  if (signal != 0)
    result_.stopped = fmt::format("signal {}", signal);
  else if (train.target_accuracy > 0 && row.val_accuracy && *row.val_accuracy >= train.target_accuracy)
    result_.stopped = "target accuracy";
  else if (train.early_stop_patience > 0 && since_best >= train.early_stop_patience)
    result_.stopped = "early stop";
  else if (hooks_.until_steady)
    result_.stopped = settled();
  if (result_.stopped.empty() && row.epoch == train.epochs) result_.stopped = "finished";
  return !result_.stopped.empty();
}

std::string Trainer::settled() const {
  const auto& all = windows_->windows();
  const Steadiness steady = steadiness(all);
  if (steady.state == Settling::steady) {
    double seconds = 0;
    for (std::size_t i = steady.from_window; i < all.size(); ++i) seconds += all[i].seconds;
    return seconds >= least_counted_seconds ? "steady" : "";
  }
  const auto after_first = std::count_if(all.begin(), all.end(), [](const SpeedWindow& w) { return w.epoch > 1; });
  return static_cast<std::size_t>(after_first) >= patience_windows ? "not steady" : "";
}

RunResult Trainer::run() {
  announce();
  lap(result_.seconds.setup);
  const TrainConfig& train = experiment_.train;
  int since_best = 0;
  for (int epoch = 1; epoch <= train.epochs && result_.stopped.empty(); ++epoch) {
    const double begun = lapped_;
    EpochRow row{.epoch = epoch};
    tell(EpochStarted{epoch, train.epochs});
    telemetry_->window();  // what was before is no part of the epoch's
    lap(row.seconds.output);
    train_epoch(row);
    row.telemetry = telemetry_->window();
    summarize(row, result_.device);
    if (epoch == 1) first_epoch_stages_ = stages_so_far();
    lap(row.seconds.output);
    if (epoch == 1 && graph_ && !hooks_.instead_of_step) {
      graph_->record_seen();  // else the last, short batch's would be recorded amid an epoch that counts
      lap(row.seconds.setup);
    }
    const int every = train.validate_every;
    const bool stopping = epoch == train.epochs || (hooks_.stop && hooks_.stop() != 0);
    const double told_before = told_seconds_;
    bool best = false;
    if (stopping || (every > 0 && epoch % every == 0)) {
      validate(row);
      best = row.val_accuracy && (!result_.best_val_accuracy || *row.val_accuracy > *result_.best_val_accuracy);
      if (row.val_accuracy) since_best = best ? 0 : since_best + 1;
    }
    lap(row.seconds.evaluate);
    row.validated_at = lapped_ - start_;
    row.seconds.evaluate -= told_seconds_ - told_before;
    row.seconds.output += told_seconds_ - told_before;
    evaluated_seconds_ += row.seconds.evaluate;
    if (best) {
      result_.best_val_accuracy = row.val_accuracy;
      result_.best_epoch = epoch;
    }
    finished(row, since_best);
    checkpoint(row, best);
    lap(row.seconds.checkpoint);
    row.seconds.wall = lapped_ - begun;
    result_.seconds.output += row.seconds.output;
    result_.seconds.setup += row.seconds.setup;
    result_.epochs.push_back(row);
    tell(EpochDone{.row = row, .epochs = train.epochs, .best = best, .stages = stages_of_run()});
    lap(result_.seconds.output);
  }
  conclude();
  lap(result_.seconds.output);
  result_.seconds.wall = lapped_ - start_;
  return std::move(result_);
}

// Of the whole run; what the trainer knows of itself comes with conclude().
Trainer::StagesSoFar Trainer::stages_so_far() const {
  return {.loader = loader_->stats(), .step = steps_.stage_seconds(), .copy = feeder_->copy_seconds(), .stalls = feeder_->stalls()};
}

Stages Trainer::stages_since(const StagesSoFar& before) const {
  const StagesSoFar now = stages_so_far();
  Stages s{.read = now.loader.read_seconds - before.loader.read_seconds,
           .decode = now.loader.decode_seconds - before.loader.decode_seconds,
           .augment = now.loader.augment_seconds - before.loader.augment_seconds,
           .loader_pictures = now.loader.pictures - before.loader.pictures,
           .loader_cpu = now.loader.cpu_seconds - before.loader.cpu_seconds};
  if (!device_.is_cpu()) {
    s.device_wait = now.stalls.host - before.stalls.host;
    s.copy_wait = now.stalls.device - before.stalls.device;
    return s;
  }
  s.copy = now.copy - before.copy;
  s.forward = now.step.forward - before.step.forward;
  s.backward = now.step.backward - before.step.backward;
  s.optimizer = now.step.optimizer - before.step.optimizer;
  return s;
}

Stages Trainer::stages_of_run() const {
  Stages s = stages_since({});
  s.queue_wait = feeder_->wait_seconds();
  s.evaluate = evaluated_seconds_;
  return s;
}

Stages Trainer::counted_stages(const std::vector<EpochRow>& counted) const {
  Stages s = stages_since(counted.size() < result_.epochs.size() ? first_epoch_stages_ : StagesSoFar{});
  for (const EpochRow& row : counted) {
    s.queue_wait += row.seconds.data_wait;
    s.evaluate += row.seconds.evaluate;
  }
  return s;
}

void Trainer::conclude() {
  result_.windows = windows_->windows();
  result_.steady.counts = hooks_.until_steady;
  summarize(result_);
  const std::vector<EpochRow> counted = counted_epochs(result_);
  result_.stages = counted_stages(counted);
  result_.first_losses = steps_.kept_losses();
  result_.paused_seconds = paused_seconds() - paused_before_;
  result_.telemetry = telemetry_->total();
  result_.telemetry_series = telemetry_->series();
  result_.telemetry_cost_pct = 100 * per_second(telemetry_->cost_seconds(), result_.telemetry.seconds);
  add_energy(result_, counted, telemetry_->why_no_energy());
  result_.taints = taints_of(result_);
  result_.verdict = judge(speed_figures(result_), speed_settings(result_));
}

}  // namespace cnnbench
