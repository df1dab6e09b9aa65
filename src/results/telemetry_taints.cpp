// What telemetry saw that a reader of the numbers must know. Why these limits: docs/measuring.md, "Taints of telemetry".
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
namespace {

constexpr double noticeable_pct = 5;            // of the cores, by others; of the samples, held back
constexpr double shortest_cpu_seconds = 1;      // ticks are hundredths: below this, some per cent are noise
constexpr double noticeable_throttling = 0.01;  // seconds held back, of the window's
constexpr double short_energy_seconds = 1;      // NVML's counters move about ten times a second

using Figure = std::optional<double> TelemetrySummary::*;

// The most in an epoch; of the whole run where its epochs are too short.
std::optional<double> worst(const RunResult& r, Figure figure) {
  std::optional<double> most;
  const auto look = [&](const TelemetrySummary& t) {
    if (t.seconds >= shortest_cpu_seconds && t.*figure) most = std::max(most.value_or(0), *(t.*figure));
  };
  for (const EpochRow& row : r.epochs) look(row.telemetry);
  if (!most) look(r.telemetry);
  return most;
}

void add_cpu(const RunResult& r, std::vector<std::string>& taints) {
  const int threads = r.threads * r.rank_count(), cores = r.ranks ? r.ranks->cores : 0;
  const bool share = r.ranks && !r.device.starts_with("cuda") && cores > 0 && threads > cores;
  if (share) taints.push_back(taint<Taint::ranks_share_cores>(threads, r.rank_count(), count_text(cores, "core")));
  // Where ranks share cores, the others are mostly other ranks.
  if (const auto others = worst(r, &TelemetrySummary::other_cpu_pct); !share && others && *others >= noticeable_pct)
    taints.push_back(taint<Taint::busy>(*others));
  if (const auto stolen = worst(r, &TelemetrySummary::stolen_cpu_pct); stolen && *stolen >= noticeable_pct)
    taints.push_back(taint<Taint::stolen>(*stolen));
  const TelemetrySummary& t = r.telemetry;
  if (t.cpu_throttled_seconds && *t.cpu_throttled_seconds > noticeable_throttling * t.seconds)
    taints.push_back(taint<Taint::cpu_quota>(*t.cpu_throttled_seconds, t.seconds));
}

void add_gpu(const RunResult& r, std::vector<std::string>& taints) {
  const TelemetrySummary& t = r.telemetry;
  if (t.gpu_throttled_pct.value_or(0) >= noticeable_pct && t.gpu_throttle_reasons)
    taints.push_back(
        taint<Taint::gpu_held_back>(*t.gpu_throttled_pct, fmt::format("{}", fmt::join(*t.gpu_throttle_reasons, ", "))));
  if (t.gpu_power_limit_w && t.gpu_power_default_w && *t.gpu_power_limit_w < *t.gpu_power_default_w - 0.5)
    taints.push_back(taint<Taint::gpu_power_limit>(*t.gpu_power_limit_w, *t.gpu_power_default_w));
  if (const int others = t.gpu_other_processes.value_or(0); others > 0)
    taints.push_back(taint<Taint::gpu_shared>(
        others, others == 1 ? "process" : "processes",
        t.gpu_other_bytes ? fmt::format(", holding {:.2f} GB of its memory", *t.gpu_other_bytes * 1e-9) : ""));
  // CUDA says it in the name: "NVIDIA H100 80GB HBM3 MIG 1g.10gb".
  if (r.device.starts_with("cuda") && r.device_name.find("MIG ") != std::string::npos) taints.push_back(taint<Taint::gpu_slice>());
  const auto& series = r.telemetry_series;
  const auto seen = [](const TelemetrySample& s) { return s.gpu_util_pct || s.gpu_power_w || s.gpu_memory_bytes || s.gpu_temp_c; };
  if (!series.empty() && seen(series.front()) && !seen(series.back())) taints.push_back(taint<Taint::gpu_telemetry_lost>());
}

void add_energy_windows(const RunResult& r, std::vector<std::string>& taints) {
  if (!r.images_per_j || !r.device.starts_with("cuda")) return;
  double shortest = r.telemetry.seconds;
  for (const EpochRow& row : r.epochs) shortest = std::min(shortest, row.telemetry.seconds);
  if (shortest < short_energy_seconds) taints.push_back(taint<Taint::short_energy_windows>(shortest));
}

}  // namespace

std::vector<std::string> telemetry_taints(const RunResult& result) {
  std::vector<std::string> taints;
  if (result.paused_seconds > 0) taints.push_back(taint<Taint::paused>(result.paused_seconds));
  add_cpu(result, taints);
  add_gpu(result, taints);
  add_energy_windows(result, taints);
  return taints;
}

}  // namespace cnnbench
