#include "cnnbench/measure/join_telemetry.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

using Number = std::optional<double>;

Number sum(const Number& a, const Number& b) { return a && b ? Number(*a + *b) : std::nullopt; }

template <class T>
std::optional<T> most(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b ? std::max(*a, *b) : a ? a : b;
}
Number least(const Number& a, const Number& b) { return a && b ? Number(std::min(*a, *b)) : a ? a : b; }

std::optional<std::vector<std::string>> both(const std::optional<std::vector<std::string>>& a,
                                             const std::optional<std::vector<std::string>>& b) {
  if (!a || !b) return a ? a : b;
  std::vector<std::string> out = *a;
  for (const std::string& reason : *b)
    if (std::find(out.begin(), out.end(), reason) == out.end()) out.push_back(reason);
  return out;
}

}  // namespace

TelemetrySummary joined(const TelemetrySummary& a, const TelemetrySummary& b) {
  if (a.seconds <= 0) return b;
  if (b.seconds <= 0) return a;
  const auto mean = [&](const Number& x, const Number& y) -> Number {
    if (!x || !y) return x ? x : y;
    return (*x * a.seconds + *y * b.seconds) / (a.seconds + b.seconds);
  };
  TelemetrySummary out{.seconds = a.seconds + b.seconds};
  out.machine_cpu_pct = mean(a.machine_cpu_pct, b.machine_cpu_pct);
  out.process_cpu_pct = mean(a.process_cpu_pct, b.process_cpu_pct);
  out.other_cpu_pct = mean(a.other_cpu_pct, b.other_cpu_pct);
  out.stolen_cpu_pct = mean(a.stolen_cpu_pct, b.stolen_cpu_pct);
  out.peak_rss_bytes = most(a.peak_rss_bytes, b.peak_rss_bytes);
  out.least_available_bytes = least(a.least_available_bytes, b.least_available_bytes);
  out.major_faults = sum(a.major_faults, b.major_faults);
  out.gpu_util_pct = mean(a.gpu_util_pct, b.gpu_util_pct);
  out.peak_gpu_memory_bytes = most(a.peak_gpu_memory_bytes, b.peak_gpu_memory_bytes);
  out.gpu_temp_c = most(a.gpu_temp_c, b.gpu_temp_c);
  out.gpu_power_w = mean(a.gpu_power_w, b.gpu_power_w);
  out.gpu_power_limit_w = least(a.gpu_power_limit_w, b.gpu_power_limit_w);
  out.gpu_power_default_w = most(a.gpu_power_default_w, b.gpu_power_default_w);
  out.gpu_sm_mhz = mean(a.gpu_sm_mhz, b.gpu_sm_mhz);
  out.gpu_memory_mhz = mean(a.gpu_memory_mhz, b.gpu_memory_mhz);
  out.gpu_energy_j = sum(a.gpu_energy_j, b.gpu_energy_j);
  if (out.gpu_energy_j)  // power times time where any of it is
    out.gpu_energy_method = a.gpu_energy_method == b.gpu_energy_method ? a.gpu_energy_method : "nvml power x time";
  out.cpu_energy_j = sum(a.cpu_energy_j, b.cpu_energy_j);
  out.cpu_throttled_seconds = sum(a.cpu_throttled_seconds, b.cpu_throttled_seconds);
  out.gpu_throttle_reasons = both(a.gpu_throttle_reasons, b.gpu_throttle_reasons);
  out.gpu_throttled_pct = mean(a.gpu_throttled_pct, b.gpu_throttled_pct);
  out.gpu_other_processes = most(a.gpu_other_processes, b.gpu_other_processes);
  out.gpu_other_bytes = most(a.gpu_other_bytes, b.gpu_other_bytes);
  return out;
}

std::vector<TelemetrySample> joined(std::vector<TelemetrySample> earlier, const std::vector<TelemetrySample>& later,
                                    double offset) {
  const TelemetrySample last = earlier.empty() ? TelemetrySample{} : earlier.back();
  const bool follows = !earlier.empty();
  const auto go_on = [follows](Number& counter, const Number& from) {
    if (follows) counter = sum(counter, from);
  };
  for (TelemetrySample sample : later) {
    sample.seconds += offset;
    go_on(sample.cpu_throttled_seconds, last.cpu_throttled_seconds);
    go_on(sample.cpu_energy_j, last.cpu_energy_j);
    go_on(sample.gpu_energy_j, last.gpu_energy_j);
    earlier.push_back(sample);
  }
  while (earlier.size() > most_telemetry_samples) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < earlier.size(); i += 2) earlier[kept++] = earlier[i];
    earlier.resize(kept);
  }
  return earlier;
}

}  // namespace cnnbench
