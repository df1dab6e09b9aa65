// The field lists of result.json: one list per struct drives writing and reading. Names as in docs/result.schema.json.
#pragma once

#include <array>
#include <string_view>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench::result_fields {

void phases(auto& p, auto&& field) {
  field("wall", p.wall);
  field("setup", p.setup);
  field("data_wait", p.data_wait);
  field("compute", p.compute);
  field("evaluate", p.evaluate);
  field("checkpoint", p.checkpoint);
  field("output", p.output);
}

void telemetry(auto& t, auto&& field) {
  field("seconds", t.seconds);
  field("cpu_util_pct", t.machine_cpu_pct);
  field("process_cpu_util_pct", t.process_cpu_pct);
  field("other_cpu_pct", t.other_cpu_pct);
  field("stolen_cpu_pct", t.stolen_cpu_pct);
  field("cpu_throttled_seconds", t.cpu_throttled_seconds);
  field("cpu_energy_j", t.cpu_energy_j);
  field("peak_rss_bytes", t.peak_rss_bytes);
  field("least_available_bytes", t.least_available_bytes);
  field("major_faults", t.major_faults);
  field("gpu_util_pct", t.gpu_util_pct);
  field("gpu_temp_c", t.gpu_temp_c);
  field("gpu_power_w", t.gpu_power_w);
  field("gpu_power_limit_w", t.gpu_power_limit_w);
  field("gpu_power_default_w", t.gpu_power_default_w);
  field("gpu_sm_mhz", t.gpu_sm_mhz);
  field("gpu_memory_mhz", t.gpu_memory_mhz);
  field("gpu_energy_j", t.gpu_energy_j);
  field("gpu_energy_method", t.gpu_energy_method);
  field("peak_gpu_bytes", t.peak_gpu_memory_bytes);
  field("throttle_reasons", t.gpu_throttle_reasons);
  field("throttled_pct", t.gpu_throttled_pct);
  field("gpu_other_processes", t.gpu_other_processes);
  field("gpu_other_bytes", t.gpu_other_bytes);
}

// One column of the series each.
void sample(auto& s, auto&& field) {
  field("seconds", s.seconds);
  field("cpu_util_pct", s.machine_cpu_pct);
  field("process_cpu_util_pct", s.process_cpu_pct);
  field("other_cpu_pct", s.other_cpu_pct);
  field("rss_bytes", s.rss_bytes);
  field("available_bytes", s.memory_available_bytes);
  field("cpu_throttled_seconds", s.cpu_throttled_seconds);
  field("cpu_energy_j", s.cpu_energy_j);
  field("gpu_util_pct", s.gpu_util_pct);
  field("gpu_bytes", s.gpu_memory_bytes);
  field("gpu_temp_c", s.gpu_temp_c);
  field("gpu_power_w", s.gpu_power_w);
  field("gpu_sm_mhz", s.gpu_sm_mhz);
  field("gpu_memory_mhz", s.gpu_memory_mhz);
  field("gpu_energy_j", s.gpu_energy_j);
  field("throttle_bits", s.gpu_throttle_bits);
  field("gpu_other_processes", s.gpu_other_processes);
  field("gpu_other_bytes", s.gpu_other_bytes);
}

void epoch(auto& e, auto&& field) {
  field("epoch", e.epoch);
  field("accuracy", e.accuracy);
  field("loss", e.loss);
  field("val_accuracy", e.val_accuracy);
  field("val_loss", e.val_loss);
  field("learning_rate", e.learning_rate);
  field("pictures", e.pictures);
  field("steps", e.steps);
  field("images_per_second", e.images_per_second);
  field("data_wait_pct", e.data_wait_pct);
  field("seconds", e.seconds);
  field("telemetry", e.telemetry);
  field("energy_j", e.energy_j);
  field("images_per_j", e.images_per_j);
}

// One column of the windows each.
void window(auto& w, auto&& field) {
  field("epoch", w.epoch);
  field("steps", w.steps);
  field("pictures", w.pictures);
  field("seconds", w.seconds);
  field("data_wait", w.data_wait);
}

void steadiness(auto& s, auto&& field) {
  field("counts", s.counts);
  field("state", s.state);
  field("from_window", s.from_window);
  field("last_change_pct", s.last_change_pct);
}

void stages(auto& s, auto&& field) {
  field("read", s.read);
  field("decode", s.decode);
  field("augment", s.augment);
  field("queue_wait", s.queue_wait);
  field("copy", s.copy);
  field("forward", s.forward);
  field("backward", s.backward);
  field("optimizer", s.optimizer);
  field("evaluate", s.evaluate);
}

void verdict(auto& v, auto&& field) {
  field("bound", v.bound);
  field("pipeline_only_ips", v.loader_ips);
  field("compute_only_ips", v.compute_ips);
  field("data_wait_pct", v.data_wait_pct);
  field("text", v.text);
}

void skipped(auto& s, auto&& field) {
  field("name", s.name);
  field("reason", s.reason);
}

// Not in results of version 1.
inline constexpr std::array later{std::string_view{"paused_seconds"}};

void run(auto& r, auto&& field) {
  field("test_time", r.test_time);
  field("version", r.version);
  field("build_commit", r.build_commit);
  field("build_type", r.build_type);
  field("compiler", r.compiler);
  field("sanitize", r.sanitize);
  field("optimized", r.optimized);
  field("binary_hash", r.binary_hash);
  field("config_hash", r.config_hash);
  field("data_hash", r.data_hash);
  field("libtorch", r.libtorch);
  field("device", r.device);
  field("device_name", r.device_name);
  field("precision", r.precision);
  field("threads", r.threads);
  field("workers", r.workers);
  field("cache", r.cache);
  field("augment_on", r.augment_on);
  field("graph", r.graph);
  field("n_params", r.n_params);
  field("flops_per_image", r.flops_per_image);
  field("data_source", r.data_source);
  field("data_warning", r.data_warning);
  field("class_names", r.class_names);
  field("train_pictures", r.train_pictures);
  field("validation_pictures", r.validation_pictures);
  field("skipped", r.skipped);
  field("images_per_second", r.images_per_second);
  field("final_val_accuracy", r.final_val_accuracy);
  field("best_val_accuracy", r.best_val_accuracy);
  field("best_epoch", r.best_epoch);
  field("seconds_to_target", r.seconds_to_target);
  field("stopped", r.stopped);
  field("seconds", r.seconds);
  field("paused_seconds", r.paused_seconds);
  field("energy_j", r.energy_j);
  field("images_per_j", r.images_per_j);
  field("energy_method", r.energy_method);
  field("energy_missing", r.energy_missing);
  field("telemetry", r.telemetry);
  field("telemetry_cost_pct", r.telemetry_cost_pct);
  field("stages", r.stages);
  field("verdict", r.verdict);
  field("taints", r.taints);
  field("epochs", r.epochs);
  field("windows", r.windows);
  field("steady", r.steady);
  field("first_losses", r.first_losses);
  field("machine", r.machine);
  field("software", r.software);
  field("config", r.experiment);
  field("telemetry_series", r.telemetry_series);
}

}  // namespace cnnbench::result_fields
