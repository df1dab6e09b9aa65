// The one list of a row's fields, which writes and reads all formats.
#pragma once

#include <array>
#include <string_view>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// Not in rows of version 1.
inline constexpr std::array later_row_fields{std::string_view{"data_hash"}, std::string_view{"data_source"}, std::string_view{"noise_floor_sessions"},
                                             std::string_view{"prediction_error_low_pct"}, std::string_view{"prediction_error_high_pct"}};

void row_fields(auto& r, auto&& field) {
  field("cell", r.cell);
  field("axes", r.axes);
  field("build_commit", r.build_commit);
  field("libtorch", r.libtorch);
  field("hostname_hash", r.hostname_hash);
  field("cpu_info", r.cpu_info);
  field("cpus_usable", r.cpus_usable);
  field("gpu_info", r.gpu_info);
  field("device", r.device);
  field("model", r.model);
  field("data_hash", r.data_hash);
  field("data_source", r.data_source);
  field("n_params", r.n_params);
  field("flops_per_image", r.flops_per_image);
  field("image_size", r.image_size);
  field("batch_size", r.batch_size);
  field("workers", r.workers);
  field("max_queue_size", r.max_queue_size);
  field("cache", r.cache);
  field("augment_on", r.augment_on);
  field("precision", r.precision);
  field("graph", r.graph);
  field("threads", r.threads);
  field("test_time", r.test_time);
  field("repetitions", r.repetitions);
  field("median_ips", r.median_ips);
  field("mean_ips", r.mean_ips);
  field("ci_low_ips", r.ci_low_ips);
  field("ci_high_ips", r.ci_high_ips);
  field("samples_ips", r.samples_ips);
  field("pipeline_only_ips", r.pipeline_only_ips);
  field("samples_pipeline_only_ips", r.samples_pipeline_only_ips);
  field("compute_only_ips", r.compute_only_ips);
  field("samples_compute_only_ips", r.samples_compute_only_ips);
  field("data_wait_pct", r.data_wait_pct);
  field("samples_data_wait_pct", r.samples_data_wait_pct);
  field("read_us", r.read_us);
  field("decode_us", r.decode_us);
  field("augment_us", r.augment_us);
  field("copy_us", r.copy_us);
  field("forward_us", r.forward_us);
  field("backward_us", r.backward_us);
  field("optimizer_us", r.optimizer_us);
  field("cpu_util_pct", r.cpu_util_pct);
  field("gpu_util_pct", r.gpu_util_pct);
  field("gpu_temp_c", r.gpu_temp_c);
  field("gpu_power_w", r.gpu_power_w);
  field("energy_j", r.energy_j);
  field("images_per_j", r.images_per_j);
  field("energy_method", r.energy_method);
  field("peak_rss_bytes", r.peak_rss_bytes);
  field("peak_gpu_bytes", r.peak_gpu_bytes);
  field("throttle_reasons", r.throttle_reasons);
  field("verdict", r.verdict);
  field("remedy", r.remedy);
  field("predicted_ips", r.predicted_ips);
  field("samples_before_remedy_ips", r.samples_before_remedy_ips);
  field("samples_remedy_ips", r.samples_remedy_ips);
  field("remedy_ips", r.remedy_ips);
  field("prediction_error_pct", r.prediction_error_pct);
  field("prediction_error_low_pct", r.prediction_error_low_pct);
  field("prediction_error_high_pct", r.prediction_error_high_pct);
  field("noise_floor_pct", r.noise_floor_pct);
  field("noise_floor_sessions", r.noise_floor_sessions);
  field("taints", r.taints);
  field("stopped_by", r.stopped_by);
  field("status", r.status);
  field("error", r.error);
  field("config", r.config);
}

}  // namespace cnnbench
