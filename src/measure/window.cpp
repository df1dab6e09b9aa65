#include "window.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cnnbench {
namespace {

std::optional<double> difference(std::optional<double> from, std::optional<double> to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

}  // namespace

std::optional<double> machine_pct(const Counters& from, const Counters& to) {
  if (!from.machine || !to.machine) return std::nullopt;
  const double total = to.machine->total - from.machine->total, busy = to.machine->busy - from.machine->busy;
  if (total <= 0) return std::nullopt;
  return std::clamp(100 * busy / total, 0.0, 100.0);  // the kernel's idle time may jump back a tick
}

std::optional<double> process_pct(const Counters& from, const Counters& to, double cores) {
  const auto used = difference(from.process_seconds, to.process_seconds);
  const double seconds = to.seconds - from.seconds;
  if (!used || seconds <= 0 || cores <= 0) return std::nullopt;
  return std::clamp(100 * *used / (seconds * cores), 0.0, 100.0);  // a quota's burst may go above
}

void Window::add(const TelemetrySample& sample, std::optional<double> power_step_j) {
  gpu_util_.add(sample.gpu_util_pct);
  gpu_power_.add(sample.gpu_power_w);
  rss_.add(sample.rss_bytes);
  gpu_memory_.add(sample.gpu_memory_bytes);
  gpu_temperature_.add(sample.gpu_temp_c);
  if (power_step_j) power_times_time_j_ = power_times_time_j_.value_or(0) + *power_step_j;
  if (sample.gpu_throttle_bits) throttle_bits_ = throttle_bits_.value_or(0) | *sample.gpu_throttle_bits;
}

TelemetrySummary Window::summary(const Counters& now) const {
  TelemetrySummary out;
  out.machine_cpu_pct = machine_pct(start_, now);
  out.process_cpu_pct = process_pct(start_, now, cores_);
  out.peak_rss_bytes = rss_.value;
  out.gpu_util_pct = gpu_util_.value();
  out.peak_gpu_memory_bytes = gpu_memory_.value;
  out.gpu_temp_c = gpu_temperature_.value;
  out.gpu_power_w = gpu_power_.value();
  out.gpu_energy_j = difference(start_.gpu_energy_j, now.gpu_energy_j);
  if (!out.gpu_energy_j) out.gpu_energy_j = power_times_time_j_;
  out.cpu_energy_j = difference(start_.cpu_energy_j, now.cpu_energy_j);
  out.cpu_throttled_seconds = difference(start_.throttled_seconds, now.throttled_seconds);
  if (throttle_bits_) out.gpu_throttle_reasons = throttle_reasons(*throttle_bits_);
  return out;
}

std::vector<std::string> throttle_reasons(std::uint64_t bits) {
  // nvmlClocksEventReason* of nvml.h; 1 is "idle", which slows nothing down.
  constexpr std::array names{
      std::pair{0x2u, "applications_clocks_setting"},
      std::pair{0x4u, "sw_power_cap"},
      std::pair{0x8u, "hw_slowdown"},
      std::pair{0x10u, "sync_boost"},
      std::pair{0x20u, "sw_thermal_slowdown"},
      std::pair{0x40u, "hw_thermal_slowdown"},
      std::pair{0x80u, "hw_power_brake_slowdown"},
      std::pair{0x100u, "display_clock_setting"},
  };
  std::vector<std::string> out;
  for (const auto& [bit, name] : names)
    if (bits & bit) out.emplace_back(name);
  if (const std::uint64_t unknown = bits & ~std::uint64_t{0x1ff}) out.push_back(fmt::format("unknown_{:#x}", unknown));
  return out;
}

}  // namespace cnnbench
