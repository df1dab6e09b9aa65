#include <fmt/format.h>

#include <cmath>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

// One list for the header and the rows. The first five are Keras' CSVLogger's; unknown is an empty cell.
void cells(const EpochRow& row, auto&& cell) {
  const auto exact = [&](const char* name, std::optional<double> value) { cell(name, value ? fmt::format("{}", *value) : ""); };
  const auto rounded = [&](const char* name, std::optional<double> value) {
    cell(name, value ? fmt::format("{:.6g}", *value) : "");
  };
  const auto whole = [&](const char* name, std::optional<double> value) { cell(name, value ? fmt::format("{:.0f}", *value) : ""); };
  cell("epoch", fmt::format("{}", row.epoch - 1));
  exact("accuracy", row.accuracy);
  exact("loss", row.loss);
  exact("val_accuracy", row.val_accuracy);
  exact("val_loss", row.val_loss);
  exact("learning_rate", row.learning_rate);
  cell("pictures", fmt::format("{}", row.pictures));
  rounded("seconds", row.seconds.wall);
  rounded("data_wait_seconds", row.seconds.data_wait);
  rounded("compute_seconds", row.seconds.compute);
  rounded("images_per_second", row.images_per_second);
  rounded("data_wait_pct", row.data_wait_pct);
  rounded("cpu_util_pct", row.telemetry.machine_cpu_pct);
  rounded("process_cpu_util_pct", row.telemetry.process_cpu_pct);
  whole("peak_rss_bytes", row.telemetry.peak_rss_bytes);
  rounded("gpu_util_pct", row.telemetry.gpu_util_pct);
  rounded("gpu_temp_c", row.telemetry.gpu_temp_c);
  rounded("gpu_power_w", row.telemetry.gpu_power_w);
  rounded("gpu_energy_j", row.telemetry.gpu_energy_j);
  whole("peak_gpu_bytes", row.telemetry.peak_gpu_memory_bytes);
  rounded("other_cpu_pct", row.telemetry.other_cpu_pct);
  rounded("gpu_sm_mhz", row.telemetry.gpu_sm_mhz);
  rounded("gpu_throttled_pct", row.telemetry.gpu_throttled_pct);
  rounded("energy_j", row.energy_j);
  rounded("images_per_j", row.images_per_j);
}

}  // namespace

std::string epochs_csv_header() {
  std::vector<std::string> names;
  cells(EpochRow{}, [&](const char* name, const std::string&) { names.emplace_back(name); });
  return fmt::format("{}", fmt::join(names, ","));
}

std::string epochs_csv_row(const EpochRow& row) {
  std::vector<std::string> texts;
  cells(row, [&](const char*, const std::string& text) { texts.push_back(text); });
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string epochs_csv(const std::vector<EpochRow>& rows) {
  std::string text = epochs_csv_header() + "\n";
  for (const EpochRow& row : rows) text += epochs_csv_row(row) + "\n";
  return text;
}

}  // namespace cnnbench
