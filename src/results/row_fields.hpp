// The one list of a row's fields, which writes, reads and describes all formats (docs/schemas/row.schema.json).
#pragma once

#include "cnnbench/core/document.hpp"
#include "cnnbench/core/image_json.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

inline schema::Json image_size_shape(schema::Json&) {
  const schema::Json side = schema::number(true, not_negative);
  schema::Json out = side;
  out["type"] = {"integer", "array"};
  out.update({{"items", side}, {"minItems", 2}, {"maxItems", 2}});
  return out;
}

template <>
struct Fields<GridPlace> {
  static constexpr std::string_view name = "grid_place", text = "Where a cell stands in the grid that bench was asked for.";
  static void of(auto& g, auto&& field) {
    field("id", g.id, "Hash of what was asked for: the same on every machine.", short_hash);
    field("place", g.place, "Of the cell, from 1, in the order of the axes.", at_least_1);
    field("cells", g.cells, "Of the whole grid.", at_least_1);
    field("shard", g.shard, "bench --shard: which share of the grid was measured together, from 1.", at_least_1);
    field("shards", g.shards, "How many shares there were; 1: no --shard.", at_least_1);
  }
};

template <>
struct Fields<Row> {
  static constexpr std::string_view name = "row", text = "One cell of a benchmark. null: unknown. Units are in the names.";
  static constexpr int version = row_schema_version;
  static constexpr bool checksum = true;
  static void of(auto& r, auto&& field) {
    field("cell", r.cell, "Hash of configuration, build and machine: the same cell of a resumed benchmark.");
    field("axes", r.axes, "Config key to value, of the axes that were asked for.");
    field("grid", r.grid, "bench: where the cell stands in its grid. Not there: unknown.");
    field("build_commit", r.build_commit, "Git commit cnnbench was built from; -dirty: with changes.");
    field("libtorch", r.libtorch, "Version.");
    field("hostname_hash", r.hostname_hash, "Tells machines apart, never their names.");
    field("cpu_info", r.cpu_info, "Processor model.");
    field("cpus_usable", r.cpus_usable, "By affinity and cgroup quota.", not_negative);
    field("gpu_info", r.gpu_info, "null on the CPU.");
    field("device", r.device, "cpu, cuda:0.");
    field("model", r.model, "Preset, or the config's name.");
    field("data_hash", r.data_hash, "Which pictures: docs/measuring.md has what it covers. null: unknown.", Rule{.since = 2});
    field("data_source", r.data_source, "What was read, for people. null: unknown.", Rule{.since = 2});
    field("classes", r.classes, "That the network tells apart; 0: unknown.", Rule{.min = 0, .since = 2});
    field("n_params", r.n_params, "Parameters of the network.", not_negative);
    field("flops_per_image", r.flops_per_image, "Forward.", not_negative);
    field("image_size", r.image_size, "Side in pixels; of pictures that are not square [height, width].",
          Rule{.shape = image_size_shape});
    field("batch_size", r.batch_size, "Pictures a step.", not_negative);
    field("workers", r.workers, "Resolved.", not_negative);
    field("max_queue_size", r.max_queue_size, "Batches that the loader keeps ready, at most.", not_negative);
    field("cache", r.cache, "Resolved.");
    field("auto_cache", r.auto_cache, "What loader.cache=auto would be there: more does not fit. Empty: unknown.",
          Rule{.since = 2});
    field("augment_on", r.augment_on, "Resolved.");
    field("precision", r.precision, "Resolved.");
    field("graph", r.graph, "The step was a CUDA graph.");
    field("convolution", r.convolution, "train.convolution, resolved: own, library, or own: and the layers. Empty: unknown.",
          Rule{.since = 2});
    field("threads", r.threads, "Compute threads.", not_negative);
    field("test_time", r.test_time, "ISO 8601, Z, of the last repetition.");
    field("repetitions", r.repetitions, "Processes that were measured.", not_negative);
    field("median_ips", r.median_ips, "Images per second, of samples_ips.");
    field("mean_ips", r.mean_ips, "Of samples_ips.");
    field("ci_low_ips", r.ci_low_ips, "95 % interval of the median; null with one repetition.");
    field("ci_high_ips", r.ci_high_ips, "Its other end.");
    field("samples_ips", r.samples_ips, "One per repetition.");
    field("pipeline_only_ips", r.pipeline_only_ips, "The loader alone, nobody trains.");
    field("samples_pipeline_only_ips", r.samples_pipeline_only_ips, "One per repetition.");
    field("compute_only_ips", r.compute_only_ips, "The network alone, on synthetic pictures.");
    field("samples_compute_only_ips", r.samples_compute_only_ips, "One per repetition.");
    field("library_ips", r.library_ips, "bench --library: images per second with libtorch's operations alone, median.",
          Rule{.since = 2});
    field("samples_library_ips", r.samples_library_ips, "One per repetition.", Rule{.since = 2});
    field("data_wait_pct", r.data_wait_pct, "Of data wait and compute.");
    field("samples_data_wait_pct", r.samples_data_wait_pct, "One per repetition.");
    field("loader_ips", r.loader_ips,
          "Pictures per second the loader could deliver, beside the network. Median of samples_loader_ips.", Rule{.since = 2});
    field("samples_loader_ips", r.samples_loader_ips, "One per repetition.", Rule{.since = 2});
    field("network_ips", r.network_ips,
          "Pictures per second the network could take, beside the loader. Median of samples_network_ips.", Rule{.since = 2});
    field("samples_network_ips", r.samples_network_ips, "One per repetition.", Rule{.since = 2});
    field("loader_core_pct", r.loader_core_pct,
          "Share of the cores' time that the loader's workers computed, percent; unknown on a GPU. Median of "
          "samples_loader_core_pct.",
          Rule{.since = 2});
    field("samples_loader_core_pct", r.samples_loader_core_pct, "One per repetition.", Rule{.since = 2});
    field("counted_seconds", r.counted_seconds, "Of training, that a repetition counted. Median of samples_counted_seconds.",
          Rule{.since = 2});
    field("samples_counted_seconds", r.samples_counted_seconds, "One per repetition.", Rule{.since = 2});
    field("device_wait_pct", r.device_wait_pct, "GPU: the host waited for the device, percent. Median of samples_device_wait_pct.",
          Rule{.since = 2});
    field("samples_device_wait_pct", r.samples_device_wait_pct, "One per repetition.", Rule{.since = 2});
    field("copy_wait_pct", r.copy_wait_pct, "GPU: the device waited for a copy, percent. Median of samples_copy_wait_pct.",
          Rule{.since = 2});
    field("samples_copy_wait_pct", r.samples_copy_wait_pct, "One per repetition.", Rule{.since = 2});
    field("ranks", r.ranks, "Processes that trained together.", Rule{.min = 1, .since = 3});
    field("cores", r.cores, "Of all ranks together; 0: one process, or unknown.", Rule{.min = 0, .since = 3});
    field("apart_ips", r.apart_ips,
          "bench --ranks: images per second of the ranks side by side, exchanging no gradients (train.exchange=none), median.",
          Rule{.since = 3});
    field("samples_apart_ips", r.samples_apart_ips, "One per repetition.", Rule{.since = 3});
    field("apart_slowest", r.apart_slowest,
          "Likewise: the time of a step's slowest rank over that of the mean one, which all would wait for. Median of "
          "samples_apart_slowest.",
          Rule{.since = 3});
    field("samples_apart_slowest", r.samples_apart_slowest, "One per repetition.", Rule{.since = 3});
    field("exchange_alone_us", r.exchange_alone_us,
          "The exchange of one step's gradients while nobody computes, microseconds, median.", Rule{.since = 3});
    field("samples_exchange_alone_us", r.samples_exchange_alone_us, "One per repetition.", Rule{.since = 3});
    field("exchange_beside_us", r.exchange_beside_us,
          "Likewise, by how much it makes a computation beside it longer, microseconds, median.", Rule{.since = 3});
    field("samples_exchange_beside_us", r.samples_exchange_beside_us, "One per repetition.", Rule{.since = 3});
    field("exchange_wait_pct", r.exchange_wait_pct,
          "Share of the ranks' time in which they waited for each other's gradients, percent, median.", Rule{.since = 3});
    field("samples_exchange_wait_pct", r.samples_exchange_wait_pct, "One per repetition.", Rule{.since = 3});
    field("exchange_hidden_pct", r.exchange_hidden_pct,
          "Share of the exchange's time that was beside the backward pass, percent, median.", Rule{.since = 3});
    field("exchange_bytes", r.exchange_bytes, "Gradients that each rank sends in a step, bytes.", Rule{.since = 3});
    field("ranks_predicted_ips", r.ranks_predicted_ips,
          "Images per second that apart_ips, apart_slowest and exchange_beside_us promise: a step of the slowest, and what the "
          "exchange adds.",
          Rule{.since = 3});
    field("read_us", r.read_us, "One worker's microseconds per picture, in the pipeline alone.");
    field("decode_us", r.decode_us, "Likewise.");
    field("augment_us", r.augment_us, "Likewise.");
    field("worker_read_us", r.worker_read_us, "One worker's microseconds per picture, beside the network, median.",
          Rule{.since = 2});
    field("worker_decode_us", r.worker_decode_us, "Likewise.", Rule{.since = 2});
    field("worker_augment_us", r.worker_augment_us, "Likewise.", Rule{.since = 2});
    field("copy_us", r.copy_us, "The step's time per picture to hand a batch to the network, median; null on a GPU.");
    field("forward_us", r.forward_us, "Likewise: input prepared, forward pass, loss.");
    field("backward_us", r.backward_us, "Likewise.");
    field("optimizer_us", r.optimizer_us, "Likewise, with counting loss and accuracy.");
    field("cpu_util_pct", r.cpu_util_pct, "Busy share of the usable cores, all processes together, percent, median.");
    field("gpu_util_pct", r.gpu_util_pct, "Share of time in which the GPU ran any kernel, percent, median.");
    field("gpu_temp_c", r.gpu_temp_c, "Highest temperature of the GPU, degrees Celsius, median.");
    field("gpu_power_w", r.gpu_power_w, "Board power of the GPU, watts, median.");
    field("energy_j", r.energy_j, "Of the epochs measured; docs/measuring.md says how.");
    field("images_per_j", r.images_per_j, "Pictures per joule, median.");
    field("energy_method", r.energy_method, "Where energy_j comes from.");
    field("peak_rss_bytes", r.peak_rss_bytes, "Most resident memory of the process, bytes, median.");
    field("peak_gpu_bytes", r.peak_gpu_bytes, "Most GPU memory in use by all processes, bytes, median.");
    field("throttle_reasons", r.throttle_reasons, "Why the GPU's clocks were lowered, in any repetition.");
    field("verdict", r.verdict, "What holds the training back, one line.");
    field("remedy", r.remedy, "As for --set; empty: none that promises 5 %.");
    field("predicted_gain", r.predicted_gain, "How many times as fast with the remedy.", Rule{.since = 2});
    field("predicted_ips", r.predicted_ips, "With the remedy.");
    field("samples_before_remedy_ips", r.samples_before_remedy_ips,
          "bench --check-verdict: images per second once more, each repetition in turn with one of samples_remedy_ips.");
    field("samples_remedy_ips", r.samples_remedy_ips, "bench --check-verdict: images per second with the remedy.");
    field("remedy_ips", r.remedy_ips, "Median of samples_remedy_ips.");
    field("prediction_error_pct", r.prediction_error_pct, "Predicted gain over measured gain, less 1.");
    field("prediction_error_low_pct", r.prediction_error_low_pct,
          "95 % interval of prediction_error_pct, from the pairs; null below six.", Rule{.since = 2});
    field("prediction_error_high_pct", r.prediction_error_high_pct, "Likewise.", Rule{.since = 2});
    field("noise_floor_pct", r.noise_floor_pct,
          "95 % of two sessions of the same work on this machine differ by less (bench --aa), as known when the row was measured.");
    field("noise_floor_sessions", r.noise_floor_sessions, "How many sessions noise_floor_pct rests on.",
          Rule{.min = 0, .since = 2});
    field("taints", r.taints, "What a reader of the numbers must know.");
    field("notes", r.notes, "On the samples: outliers, a change of the machine's speed between repetitions.", Rule{.since = 2});
    field("stopped_by", r.stopped_by, "repetitions, interval, time or error; empty: never begun.");
    field("status", r.status, "ok, failed or pruned.", Rule{.pattern = "^(ok|failed|pruned)$"});
    field("error", r.error, "Of a cell that failed: one line.");
    field("config", r.config, "Resolved.");
  }
};

}  // namespace cnnbench
