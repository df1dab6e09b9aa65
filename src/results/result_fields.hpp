// The field lists of result.json: one list per struct writes it, reads it and describes it (docs/schemas/result.schema.json).
#pragma once

#include "cnnbench/core/document.hpp"
#include "cnnbench/measure/record_fields.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

template <>
struct Fields<Phases> {
  static constexpr std::string_view name = "phases",
                                    text = "Wall-clock seconds by what they were spent on; all but `wall` add up to `wall`.";
  static void of(auto& p, auto&& field) {
    field("wall", p.wall, "From the first to the last moment of the epoch, or of the run.", not_negative);
    field("setup", p.setup, "Before the first step: opening the pictures, building the network, probing the device.", not_negative);
    field("data_wait", p.data_wait, "The trainer stood still because no batch was ready.", not_negative);
    field("compute", p.compute, "Steps: transfer, forward, backward, optimizer.", not_negative);
    field("evaluate", p.evaluate, "Validation, with its own data wait.", not_negative);
    field("checkpoint", p.checkpoint, "Writing the weights.", not_negative);
    field("output", p.output,
          "Lines on the terminal, log.txt and epochs.csv; reading the telemetry between epochs; the figures of the run.",
          not_negative);
    field("rest", p.rest(), "What none of the others explains: wall minus all of them.");
  }
};

template <>
struct Fields<TelemetrySummary> {
  static constexpr std::string_view name = "telemetry", text = "What the machine did meanwhile. null: could not be measured here.";
  static void of(auto& t, auto&& field) {
    field("seconds", t.seconds, "Length of the window.", not_negative);
    field("cpu_util_pct", t.machine_cpu_pct, "Busy share of the cores this process may run on, all processes together, percent.",
          percent);
    field("process_cpu_util_pct", t.process_cpu_pct,
          "CPU time of this process, percent of what the affinity mask and the cgroup quota allow.", percent);
    field("other_cpu_pct", t.other_cpu_pct, "Share of the usable cores' time that other programs took, percent.", percent);
    field("stolen_cpu_pct", t.stolen_cpu_pct, "Share of the usable cores' time that a hypervisor gave to others, percent.",
          percent);
    field("cpu_throttled_seconds", t.cpu_throttled_seconds,
          "Time the cgroup's CPU quota held threads back, seconds summed as the kernel counts them.", not_negative);
    field("cpu_energy_j", t.cpu_energy_j, "Energy of the processor packages (RAPL), joules, all processes together.", not_negative);
    field("peak_rss_bytes", t.peak_rss_bytes, "Most resident memory of this process seen in a sample, bytes.", not_negative);
    field("least_available_bytes", t.least_available_bytes,
          "Least memory that could still be taken, under the cgroup's limit too, seen once a second, bytes.", not_negative);
    field("major_faults", t.major_faults, "Pages of this process that had to be read from a disk.", not_negative);
    field("gpu_util_pct", t.gpu_util_pct, "Share of time in which the GPU ran any kernel (NVML), mean of the samples, percent.",
          percent);
    field("gpu_temp_c", t.gpu_temp_c, "Highest GPU temperature seen, degrees Celsius.");
    field("gpu_power_w", t.gpu_power_w, "GPU board power, mean of the samples, watts.", not_negative);
    field("gpu_power_limit_w", t.gpu_power_limit_w, "Lowest power limit in force, watts.", not_negative);
    field("gpu_power_default_w", t.gpu_power_default_w, "Power limit the GPU comes with, watts.", not_negative);
    field("gpu_sm_mhz", t.gpu_sm_mhz, "Clock of the streaming multiprocessors, mean of the samples, megahertz.", not_negative);
    field("gpu_memory_mhz", t.gpu_memory_mhz, "Clock of the GPU's memory, mean of the samples, megahertz.", not_negative);
    field("gpu_energy_j", t.gpu_energy_j, "GPU board energy from its counter, else power times time, joules.", not_negative);
    field("gpu_energy_method", t.gpu_energy_method, "Where gpu_energy_j comes from.",
          Rule{.pattern = "^(nvml total energy|nvml power x time)$"});
    field("peak_gpu_bytes", t.peak_gpu_memory_bytes, "Most GPU memory in use by all processes, bytes.", not_negative);
    field("throttle_reasons", t.gpu_throttle_reasons, "Why the GPU's clocks were lowered, seen in any sample; empty: never.");
    field("throttled_pct", t.gpu_throttled_pct, "Share of the samples with any of these reasons, percent.", percent);
    field("gpu_other_processes", t.gpu_other_processes, "Most other processes seen computing on this GPU.", not_negative);
    field("gpu_other_bytes", t.gpu_other_bytes, "Most GPU memory seen held by them, bytes.", not_negative);
  }
};

template <>
struct Fields<TelemetrySample> {
  static constexpr std::string_view name = "telemetry_sample",
                                    text = "Telemetry samples as columns of equal length; thinned evenly to at most 4096.";
  static void of(auto& s, auto&& field) {
    field("at_seconds", s.seconds, "Since the run began.", not_negative);
    field("cpu_util_pct", s.machine_cpu_pct, "As in telemetry, since the sample before.", percent);
    field("process_cpu_util_pct", s.process_cpu_pct, "As in telemetry, since the sample before.", percent);
    field("other_cpu_pct", s.other_cpu_pct, "As in telemetry, since the sample before.", percent);
    field("rss_bytes", s.rss_bytes, "Resident memory, bytes.", not_negative);
    field("available_bytes", s.memory_available_bytes, "Memory that could be taken, read once a second, bytes.", not_negative);
    field("cpu_throttled_seconds", s.cpu_throttled_seconds, "Counted since the first sample.", not_negative);
    field("cpu_energy_j", s.cpu_energy_j, "Counted since the first sample, joules.", not_negative);
    field("gpu_util_pct", s.gpu_util_pct, "Percent.", percent);
    field("gpu_bytes", s.gpu_memory_bytes, "GPU memory in use, bytes.", not_negative);
    field("gpu_temp_c", s.gpu_temp_c, "Degrees Celsius.");
    field("gpu_power_w", s.gpu_power_w, "Watts.", not_negative);
    field("gpu_sm_mhz", s.gpu_sm_mhz, "Megahertz.", not_negative);
    field("gpu_memory_mhz", s.gpu_memory_mhz, "Megahertz.", not_negative);
    field("gpu_energy_j", s.gpu_energy_j, "The energy counter, since the first sample, joules.", not_negative);
    field("throttle_bits", s.gpu_throttle_bits, "nvmlClocksEventReasons of the driver; 0: none, 1: idle.", not_negative);
    field("gpu_other_processes", s.gpu_other_processes, "Other processes that compute on it, looked up once a second.",
          not_negative);
    field("gpu_other_bytes", s.gpu_other_bytes, "GPU memory that they hold, bytes.", not_negative);
  }
};
template <>
inline constexpr bool as_columns<TelemetrySample> = true;

template <>
struct Fields<EpochRow> {
  static constexpr std::string_view name = "epoch", text = "One pass.";
  static void of(auto& e, auto&& field) {
    field("epoch", e.epoch, "Counted from 1 (in epochs.csv from 0, as Keras does).", at_least_1);
    field("accuracy", e.accuracy, "Share of training pictures classified rightly while training, 0 to 1. null: not a number.",
          Rule{.min = 0, .max = 1, .or_nan = true});
    field("loss", e.loss, "Mean training loss. null: not a number.", Rule{.or_nan = true});
    field("val_accuracy", e.val_accuracy,
          "Share of validation pictures classified rightly, 0 to 1. null: not validated in this epoch.", share);
    field("val_loss", e.val_loss, "Mean validation loss. null: not validated, or not a number.");
    field("learning_rate", e.learning_rate, "In the last step of the epoch.", not_negative);
    field("pictures", e.pictures, "Trained on.", not_negative);
    field("steps", e.steps, "Batches.", not_negative);
    field("images_per_second", e.images_per_second, "pictures / (seconds.data_wait + seconds.compute).", not_negative);
    field("data_wait_pct", e.data_wait_pct, "seconds.data_wait of (data_wait + compute), percent.", percent);
    field("seconds", e.seconds, "Wall-clock seconds by what they were spent on; all but `wall` add up to `wall`.");
    field("telemetry", e.telemetry, "What the machine did meanwhile. null: could not be measured here.");
    field("energy_j", e.energy_j, "Energy of the device that trained, while this epoch trained, joules.", positive);
    field("images_per_j", e.images_per_j, "pictures / energy_j.", not_negative);
    field("validated_at", e.validated_at, "Seconds from the run's start to the end of this epoch's validation. null: unknown.",
          Rule{.min = 0, .since = 2});
  }
};

template <>
struct Fields<SpeedWindow> {
  static constexpr std::string_view name = "window", text =
                                                         "Stretches of steps, as columns of equal length. Those of an epoch are "
                                                         "equally long, or one step longer, and add up to it.";
  static void of(auto& w, auto&& field) {
    field("epoch", w.epoch, "That the window lies in.", at_least_1);
    field("steps", w.steps, "In the window.", at_least_1);
    field("pictures", w.pictures, "In those steps.", not_negative);
    field("seconds", w.seconds, "data_wait and compute.", not_negative);
    field("data_wait", w.data_wait, "Of those seconds.", not_negative);
  }
};
template <>
inline constexpr bool as_columns<SpeedWindow> = true;

template <>
struct Fields<Resumed> {
  static constexpr std::string_view name = "resumed", text = "A process that went on with the run where one before it had ended.";
  static void of(auto& r, auto&& field) {
    field("epoch", r.epoch, "In which, counted from 1.", at_least_1);
    field("step", r.step, "After so many of its steps.", not_negative);
    field("at_seconds", r.at_seconds, "Of the run, over all processes.", not_negative);
    field("setup_seconds", r.setup_seconds, "That it took to begin; part of seconds.setup.", not_negative);
    field("differences", r.differences, "Why it may not have computed the same, bit for bit. Empty: it did, on a CPU.");
  }
};

template <>
struct Fields<RankRow> {
  static constexpr std::string_view name = "rank_row", text = "One of the processes of a run in ranks, over all epochs.";
  static void of(auto& r, auto&& field) {
    field("rank", r.rank, "0 is the one that reports.", not_negative);
    field("threads", r.threads, "Its compute threads.", not_negative);
    field("data_wait_seconds", r.data_wait_seconds, "It stood still because its part of a batch was not ready.", not_negative);
    field("compute_seconds", r.compute_seconds, "Its steps.", not_negative);
    field("waited_seconds", r.waited_seconds,
          "Of those: its gradients were all computed and not yet exchanged. Whoever waits least is the slowest.", not_negative);
    field(
        "exchange_seconds", r.exchange_seconds,
        "From the first gradients of a step that were sent to the last that came; but for waited_seconds beside the backward pass.",
        not_negative);
  }
};
template <>
inline constexpr bool as_columns<RankRow> = true;

template <>
struct Fields<Ranks> {
  static constexpr std::string_view name = "ranks", text = "A run in several processes, which shared out each batch.";
  static void of(auto& r, auto&& field) {
    field("launcher", r.launcher, "What started them: torchrun, mpirun or srun.");
    field("engine", r.engine, "What carried the gradients: mpi or gloo.");
    field("size", r.size, "How many there were.", at_least_1);
    field("hosts", r.hosts, "On how many machines.", at_least_1);
    field("cores", r.cores, "Of all ranks together, each once. 0: unknown.", not_negative);
    field("shared_cache", r.shared_cache, "The ranks of a machine kept the decoded pictures in common: each was decoded once.");
    field("exchange_alone_seconds", r.exchange_alone_seconds,
          "The exchange of one step's gradients, measured before the first step while nobody computed, median.", not_negative);
    field("exchange_latency_seconds", r.exchange_latency_seconds, "Likewise of one number.", not_negative);
    field("exchange_beside_seconds", r.exchange_beside_seconds,
          "Likewise, by how much a step's exchange makes a computation beside it longer. 0: not measured.", not_negative);
    field("bytes_per_step", r.bytes_per_step, "Of gradients, that each sent; 0: unknown, or none were exchanged.", not_negative);
    field("step_seconds", r.step_seconds, "Mean of the last steps, a thousand at most. 0: none after the first epoch.",
          not_negative);
    field("slowest_step_seconds", r.slowest_step_seconds,
          "Likewise of each step's slowest rank; what a wait for the others is in, where gradients are exchanged.", not_negative);
    field("by_rank", r.by_rank, "Empty: the run failed before they could be asked.");
  }
};

template <>
struct Fields<Steadiness> {
  static constexpr std::string_view name = "steadiness",
                                    text =
                                        "Whether the speed settled, by a change-point test on the windows after the first epoch.";
  static void of(auto& s, auto&& field) {
    field("counts", s.counts, "images_per_second counts the windows from from_window on; false: the epochs after the first.");
    field("state", s.state, "steady: at least half of those windows come after the last change; unknown: too few of them.");
    field("from_window", s.from_window,
          "Index of the first window that counts: steady: the one after the last change; else the first one after the first epoch.",
          not_negative);
    field("last_change_pct", s.last_change_pct, "By which the speed changed last. null: it did not.");
  }
};

template <>
struct Fields<Stages> {
  static constexpr std::string_view name = "stages", text = "Seconds by stage, over the epochs that images_per_second counts.";
  static void of(auto& s, auto&& field) {
    field("read", s.read, "Summed over the loader's workers.");
    field("decode", s.decode, "Summed over the loader's workers.");
    field("augment", s.augment, "Summed over the loader's workers.");
    field("loader_pictures", s.loader_pictures, "That the workers made in those.", Rule{.min = 0, .since = 2});
    field("loader_cpu", s.loader_cpu,
          "Of read + decode + augment, what the workers computed: waiting for a core or a disk is not in it.",
          Rule{.min = 0, .since = 2});
    field("queue_wait", s.queue_wait, "The trainer waited for a batch.");
    field("copy", s.copy, "Batches handed to the network; null on a GPU, where it overlaps.");
    field("forward", s.forward, "Input prepared, forward pass, loss; null on a GPU.");
    field("backward", s.backward, "null on a GPU.");
    field("optimizer", s.optimizer, "With counting loss and accuracy; null on a GPU.");
    field("evaluate", s.evaluate, "Validation.");
    field("device_wait", s.device_wait, "GPU: the host stood still because the device had two steps to do. null on a CPU.",
          Rule{.min = 0, .since = 2});
    field("copy_wait", s.copy_wait, "GPU: the device stood still because its pictures were on their way. null on a CPU.",
          Rule{.min = 0, .since = 2});
  }
};

template <>
struct Fields<Verdict> {
  static constexpr std::string_view name = "verdict", text = "What held the run back (docs/measuring.md).";
  static void of(auto& v, auto&& field) {
    field("bound", v.bound, "What holds it back.");
    field("loader_ips", v.loader_ips, "Pictures per second the loader could deliver, while the network runs beside it.",
          Rule{.min = 0, .or_nan = true});
    field("network_ips", v.network_ips, "Pictures per second the network could take, while the loader runs beside it.",
          Rule{.min = 0, .or_nan = true});
    field("data_wait_pct", v.data_wait_pct, "Of (data_wait + compute), percent.", Rule{.min = 0, .max = 100, .or_nan = true});
    field("counted_seconds", v.counted_seconds, "That the verdict rests on.", Rule{.min = 0, .since = 2});
    field("loader_core_pct", v.loader_core_pct,
          "Share of the usable cores' time that the loader's workers computed; null on a GPU.", Rule{.min = 0, .since = 2});
    field("device_wait_pct", v.device_wait_pct, "GPU: share of the counted epochs in which the host waited for the device.",
          Rule{.min = 0, .since = 2});
    field("copy_wait_pct", v.copy_wait_pct, "GPU: share of the counted epochs in which the device waited for a copy.",
          Rule{.min = 0, .since = 2});
    field(
        "exchange_wait_pct", v.exchange_wait_pct,
        "Of ranks: share of their time in which each had its gradients and waited for the others', percent. Left out: one process.",
        percent);
    field("remedy", v.remedy, "As for --set; empty: none is predicted to be worth it.", Rule{.since = 2});
    field("predicted_gain", v.predicted_gain, "How many times as fast with the remedy.", Rule{.min = 0, .since = 2});
    field("text", v.text, "One line for people.");
  }
};

template <>
struct Fields<SkippedPicture> {
  static constexpr std::string_view name = "skipped_picture", text = "One picture.";
  static void of(auto& s, auto&& field) {
    field("name", s.name, "File.");
    field("reason", s.reason, "Why.");
  }
};

template <>
struct Fields<LayerKernel> {
  static constexpr std::string_view name = "layer_kernel",
                                    text = "A layer that our own operations can compute, and what computed it.";
  static void of(auto& k, auto&& field) {
    field("layer", k.layer, "Its name in cnnbench summary. Of a convolution with the max pool that follows it: the convolution.");
    field("kernel", k.kernel,
          "winograd_4x4, winograd_2x2 (with _pool: and the pooling), conv_pool, max_pool, lrn; or library: libtorch's.");
    field("own_us", k.own_us, "Forward and backward of a batch by ours, as measured before the first step; null: not measured.",
          not_negative);
    field("library_us", k.library_us, "By libtorch's.", not_negative);
  }
};

template <>
struct Fields<RunResult> {
  static constexpr std::string_view name = "result",
                                    text = "What one training run found out. Units are in the names; unknown is null, never 0.";
  static constexpr int version = result_schema_version;
  static constexpr bool checksum = true;
  static void of(auto& r, auto&& field) {
    field("test_time", r.test_time, "When the run began, UTC.", utc_time);
    field("version", r.version, "Of cnnbench.");
    field("build_commit", r.build_commit, "Git commit cnnbench was built from; -dirty: with changes.");
    field("build_type", r.build_type, "CMake's build type.");
    field("compiler", r.compiler, "That built cnnbench.");
    field("sanitize", r.sanitize, "Sanitizers of the build; empty: none.");
    field("optimized", r.optimized, "false: the speeds of this build mean nothing.");
    field("binary_hash", r.binary_hash,
          "SHA-256 over the program and its own libraries; docs/measuring.md says how to check it. null: they could not be read.",
          sha256_text);
    field("config_hash", r.config_hash, "SHA-256 of `config` as JSON with sorted keys and no white space.", sha256_text);
    field("data_hash", r.data_hash,
          "SHA-256 over both sets' classes, each picture's name, label and stored size, and the stored bytes of 64 pictures of "
          "each set.",
          sha256_text);
    field("libtorch", r.libtorch, "Version.");
    field("device", r.device, "Trained on.", Rule{.pattern = "^(cpu|cuda:[0-9]+)$"});
    field("device_name", r.device_name, "Model of the processor or GPU.");
    field("precision", r.precision, "Of convolutions and dense layers.", Rule{.pattern = "^(float32|bfloat16)$"});
    field("threads", r.threads, "Compute threads on the CPU.", not_negative);
    field("workers", r.workers, "Loader threads, as resolved.", not_negative);
    field("cache", r.cache, "As resolved.", Rule{.pattern = "^(none|encoded|decoded|device)$"});
    field("auto_cache", r.auto_cache, "What loader.cache=auto would be here: more does not fit. Empty: unknown.", Rule{.since = 2});
    field("augment_on", r.augment_on, "Where training pictures were warped, as resolved.", Rule{.pattern = "^(cpu|device)$"});
    field("graph", r.graph, "The training step was a CUDA graph.");
    field("convolution", r.convolution,
          "train.convolution as it was resolved: own, library, or own: and the layers that ran our own operations. The same text "
          "in a config runs the "
          "same operations. Empty: unknown.",
          Rule{.since = 2});
    field("kernels", r.kernels, "Layers that our own operations can compute, and what computed them.", Rule{.since = 2});
    field("traced", r.traced, "Some steps were traced, which slows them.", Rule{.since = 2});
    field("tf32", r.tf32, "float32 convolutions multiplied with 10 bits of mantissa.", Rule{.since = 2});
    field("n_params", r.n_params, "Parameters of the network.", not_negative);
    field("flops_per_image", r.flops_per_image, "Floating-point operations of one forward pass of one picture.", not_negative);
    field("data_source", r.data_source, "What was read.");
    field("data_warning", r.data_warning, "Where that is not what the config asked for; else empty.");
    field("device_warning", r.device_warning, "Why train.device=auto was the CPU although the driver shows a GPU; else empty.",
          Rule{.since = 2});
    field("class_names", r.class_names, "Index = label.");
    field("train_pictures", r.train_pictures, "In the data set.", not_negative);
    field("validation_pictures", r.validation_pictures, "In the data set.", not_negative);
    field("skipped", r.skipped, "Pictures left out under data.on_bad_image = skip.");
    field("images_per_second", r.images_per_second,
          "Pictures of the epochs after the first (or of the only one) / their (data_wait + compute) seconds; where steady.counts, "
          "of the windows from steady.from_window on.",
          not_negative);
    field("final_val_accuracy", r.final_val_accuracy, "Of the last validation, 0 to 1.", share);
    field("best_val_accuracy", r.best_val_accuracy, "Of the best one, 0 to 1; the best epoch was chosen by it.", share);
    field("best_epoch", r.best_epoch, "Its epoch, counted from 1; 0: none.", not_negative);
    field("seconds_to_target", r.seconds_to_target,
          "From the start until train.target_accuracy was reached. null: no target, or not reached.", not_negative);
    field("stopped", r.stopped,
          "Why it ended: finished, target accuracy, early stop, steady, not steady, signal N, error: and which.");
    field("seconds", r.seconds, "Wall-clock seconds by what they were spent on; all but `wall` add up to `wall`.");
    field("paused_seconds", r.paused_seconds,
          "In which the run stood still: stopped (Ctrl-Z, SIGSTOP) or the machine suspended. No part of any other figure.",
          Rule{.min = 0, .since = 2});
    field("ranks", r.ranks, "Where several processes trained one network. Left out: one did.");
    field("resumed", r.resumed, "Processes that went on with the run after the first one had ended, in order. Left out: none.");
    field("energy_j", r.energy_j,
          "Energy of the device that trained, joules, while the epochs trained that images_per_second counts. null: see "
          "energy_missing.",
          positive);
    field("images_per_j", r.images_per_j, "Pictures of those epochs / energy_j.", positive);
    field("energy_method", r.energy_method, "Where energy_j comes from: 'nvml total energy', 'nvml power x time', 'rapl package'.");
    field("energy_missing", r.energy_missing, "Why there is no energy_j. null: there is.");
    field("telemetry", r.telemetry, "What the machine did meanwhile. null: could not be measured here.");
    field("telemetry_cost_pct", r.telemetry_cost_pct, "CPU time that taking the samples took, percent of one core.", not_negative);
    field("stages", r.stages, "Seconds by stage, over the epochs that images_per_second counts.");
    field("verdict", r.verdict, "What held the run back (docs/measuring.md).");
    field("taints", r.taints, "What a reader of the numbers must know.");
    field("epochs", r.epochs, "In order.");
    field("windows", r.windows,
          "Stretches of steps, as columns of equal length. Those of an epoch are equally long, or one step longer, and add up to "
          "it.");
    field("steady", r.steady, "Whether the speed settled, by a change-point test on the windows after the first epoch.");
    field("first_losses", r.first_losses, "Training loss of the first steps, where that was asked for. null: not a number.",
          Rule{.or_nan = true});
    field("machine", r.machine, "The machine at the start of the run. null: could not be found out.",
          Rule{.shape = schema::ref<MachineRecord>});
    field("software", r.software, "Compiler flags, libraries and environment variables that decide how fast it is.",
          Rule{.shape = schema::ref<SoftwareRecord>});
    field("config", r.experiment, "Resolved, every default spelled out (configs/schema.json).");
    field("telemetry_series", r.telemetry_series, "Telemetry samples as columns of equal length; thinned evenly to at most 4096.");
  }
};

}  // namespace cnnbench
