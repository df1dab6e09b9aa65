// The field lists of result.json: one list per struct drives writing and reading. Names as in docs/result.schema.json.
#pragma once

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
  field("cpu_util_pct", t.machine_cpu_pct);
  field("process_cpu_util_pct", t.process_cpu_pct);
  field("cpu_throttled_seconds", t.cpu_throttled_seconds);
  field("cpu_energy_j", t.cpu_energy_j);
  field("peak_rss_bytes", t.peak_rss_bytes);
  field("gpu_util_pct", t.gpu_util_pct);
  field("gpu_temp_c", t.gpu_temp_c);
  field("gpu_power_w", t.gpu_power_w);
  field("gpu_energy_j", t.gpu_energy_j);
  field("peak_gpu_bytes", t.peak_gpu_memory_bytes);
  field("throttle_reasons", t.gpu_throttle_reasons);
}

// One column of the series each.
void sample(auto& s, auto&& field) {
  field("seconds", s.seconds);
  field("cpu_util_pct", s.machine_cpu_pct);
  field("process_cpu_util_pct", s.process_cpu_pct);
  field("rss_bytes", s.rss_bytes);
  field("gpu_util_pct", s.gpu_util_pct);
  field("gpu_bytes", s.gpu_memory_bytes);
  field("gpu_temp_c", s.gpu_temp_c);
  field("gpu_power_w", s.gpu_power_w);
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

void run(auto& r, auto&& field) {
  field("test_time", r.test_time);
  field("version", r.version);
  field("build_commit", r.build_commit);
  field("build_type", r.build_type);
  field("compiler", r.compiler);
  field("sanitize", r.sanitize);
  field("optimized", r.optimized);
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
  field("telemetry", r.telemetry);
  field("verdict", r.verdict);
  field("taints", r.taints);
  field("epochs", r.epochs);
  field("first_losses", r.first_losses);
  field("machine", r.machine);
  field("config", r.experiment);
  field("telemetry_series", r.telemetry_series);
}

}  // namespace cnnbench::result_fields
