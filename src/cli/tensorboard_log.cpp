#include "cnnbench/cli/tensorboard_log.hpp"

#include <chrono>

namespace cnnbench {
namespace {

double wall_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void add(std::vector<Scalar>& to, std::string tag, const std::optional<double>& value) {
  if (value) to.push_back({std::move(tag), *value});
}

std::vector<Scalar> scalars_of(const EpochRow& row) {
  std::vector<Scalar> out{{"epoch_loss", row.loss},
                          {"epoch_accuracy", row.accuracy},
                          {"epoch_learning_rate", row.learning_rate},
                          {"epoch_images_per_second", row.images_per_second},
                          {"epoch_data_wait_pct", row.data_wait_pct}};
  add(out, "epoch_images_per_j", row.images_per_j);
  const TelemetrySummary& t = row.telemetry;
  const std::string group = "epoch_telemetry/";
  add(out, group + "cpu_util_pct", t.machine_cpu_pct);
  add(out, group + "process_cpu_util_pct", t.process_cpu_pct);
  add(out, group + "other_cpu_pct", t.other_cpu_pct);
  add(out, group + "peak_rss_bytes", t.peak_rss_bytes);
  add(out, group + "cpu_energy_j", t.cpu_energy_j);
  add(out, group + "gpu_util_pct", t.gpu_util_pct);
  add(out, group + "gpu_temp_c", t.gpu_temp_c);
  add(out, group + "gpu_power_w", t.gpu_power_w);
  add(out, group + "gpu_energy_j", t.gpu_energy_j);
  add(out, group + "gpu_sm_mhz", t.gpu_sm_mhz);
  add(out, group + "peak_gpu_bytes", t.peak_gpu_memory_bytes);
  return out;
}

std::vector<Scalar> scalars_of(const Stepped& s) {
  std::vector<Scalar> out{{"batch_loss", s.loss},
                          {"batch_accuracy", s.accuracy},
                          {"images_per_second", s.images_per_second},
                          {"data_wait_pct", s.data_wait_pct}};
  if (!s.telemetry) return out;
  const TelemetrySample& t = *s.telemetry;
  const std::string group = "telemetry/";
  add(out, group + "cpu_util_pct", t.machine_cpu_pct);
  add(out, group + "process_cpu_util_pct", t.process_cpu_pct);
  add(out, group + "other_cpu_pct", t.other_cpu_pct);
  add(out, group + "rss_bytes", t.rss_bytes);
  add(out, group + "gpu_util_pct", t.gpu_util_pct);
  add(out, group + "gpu_temp_c", t.gpu_temp_c);
  add(out, group + "gpu_power_w", t.gpu_power_w);
  add(out, group + "gpu_sm_mhz", t.gpu_sm_mhz);
  add(out, group + "gpu_memory_bytes", t.gpu_memory_bytes);
  return out;
}

}  // namespace

TensorboardLog::TensorboardLog(const std::filesystem::path& run_folder)
    : folder_(run_folder / "tensorboard"), train_(folder_ / "train", wall_time()) {}

void TensorboardLog::preview(std::string_view png, ImageSize size) { train_.image(0, wall_time(), "preview", png, size); }

void TensorboardLog::operator()(const Event& event) {
  const double now = wall_time();
  if (const auto* s = std::get_if<Stepped>(&event)) {
    const auto steps_before = static_cast<std::uint64_t>(s->epoch - 1) * s->steps;
    train_.scalars(static_cast<std::int64_t>(steps_before + s->step), now, scalars_of(*s));
  } else if (const auto* done = std::get_if<EpochDone>(&event)) {
    const EpochRow& row = done->row;
    train_.scalars(row.epoch - 1, now, scalars_of(row));
    std::vector<Scalar> validated;
    add(validated, "epoch_loss", row.val_loss);
    add(validated, "epoch_accuracy", row.val_accuracy);
    if (validated.empty()) return;
    if (!validation_) validation_.emplace(folder_ / "validation", now);
    validation_->scalars(row.epoch - 1, now, validated);
  }
}

}  // namespace cnnbench
