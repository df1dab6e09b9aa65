#include "window.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace cnnbench {
namespace {

constexpr std::uint64_t idle = 1;  // nvmlClocksEventReasonGpuIdle: slows nothing down

// /proc/stat counts all cores' time in ticks, CPU time of a process comes in seconds.
double ticks_per_second() {
  static const auto value = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return value;
}

double share(double part, double whole) { return std::clamp(100 * part / whole, 0.0, 100.0); }  // idle time may jump back a tick

}  // namespace

std::optional<double> difference(std::optional<double> from, std::optional<double> to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

std::optional<double> machine_pct(const Counters& from, const Counters& to) {
  if (!from.machine || !to.machine) return std::nullopt;
  const double total = to.machine->total - from.machine->total;
  if (total <= 0) return std::nullopt;
  return share(to.machine->busy - from.machine->busy, total);
}

std::optional<double> stolen_pct(const Counters& from, const Counters& to) {
  if (!from.machine || !to.machine) return std::nullopt;
  const double total = to.machine->total - from.machine->total;
  if (total <= 0) return std::nullopt;
  return share(to.machine->stolen - from.machine->stolen, total);
}

std::optional<double> other_pct(const Counters& from, const Counters& to) {
  const auto ours = difference(from.process_seconds, to.process_seconds);
  if (!from.machine || !to.machine || !ours) return std::nullopt;
  const double total = to.machine->total - from.machine->total;
  if (total <= 0) return std::nullopt;
  const double busy = to.machine->busy - from.machine->busy, stolen = to.machine->stolen - from.machine->stolen;
  return share(busy - stolen - *ours * ticks_per_second(), total);
}

std::optional<double> process_pct(const Counters& from, const Counters& to, double cores) {
  const auto used = difference(from.process_seconds, to.process_seconds);
  const double seconds = to.seconds - from.seconds;
  if (!used || seconds <= 0 || cores <= 0) return std::nullopt;
  return std::clamp(100 * *used / (seconds * cores), 0.0, 100.0);  // a quota's burst may go above
}

void Window::add(const TelemetrySample& sample, std::optional<double> power_step_j, std::optional<double> power_limit_w) {
  gpu_util_.add(sample.gpu_util_pct);
  gpu_power_.add(sample.gpu_power_w);
  gpu_sm_.add(sample.gpu_sm_mhz);
  gpu_memory_clock_.add(sample.gpu_memory_mhz);
  rss_.add(sample.rss_bytes);
  available_.add(sample.memory_available_bytes);
  gpu_memory_.add(sample.gpu_memory_bytes);
  gpu_temperature_.add(sample.gpu_temp_c);
  power_limit_.add(power_limit_w);
  other_processes_.add(sample.gpu_other_processes);
  other_bytes_.add(sample.gpu_other_bytes);
  power_times_time_j_ += power_step_j.value_or(0);
  power_has_gaps_ = power_has_gaps_ || !power_step_j;
  if (!sample.gpu_throttle_bits) return;
  throttle_bits_ = throttle_bits_.value_or(0) | *sample.gpu_throttle_bits;
  throttled_.add((*sample.gpu_throttle_bits & ~idle) != 0 ? 100 : 0);
}

TelemetrySummary Window::summary(const Counters& now) const {
  TelemetrySummary out;
  out.seconds = std::max(0.0, now.seconds - start_.seconds);
  out.machine_cpu_pct = machine_pct(start_, now);
  out.process_cpu_pct = process_pct(start_, now, cores_);
  out.other_cpu_pct = other_pct(start_, now);
  out.stolen_cpu_pct = stolen_pct(start_, now);
  out.peak_rss_bytes = rss_.value;
  out.least_available_bytes = available_.value;
  out.major_faults = difference(start_.major_faults, now.major_faults);
  out.gpu_util_pct = gpu_util_.value();
  out.peak_gpu_memory_bytes = gpu_memory_.value;
  out.gpu_temp_c = gpu_temperature_.value;
  out.gpu_power_w = gpu_power_.value();
  out.gpu_power_limit_w = power_limit_.value;
  out.gpu_sm_mhz = gpu_sm_.value();
  out.gpu_memory_mhz = gpu_memory_clock_.value();
  out.gpu_energy_j = difference(start_.gpu_energy_j, now.gpu_energy_j);
  if (out.gpu_energy_j) {
    out.gpu_energy_method = "nvml total energy";
  } else if (gpu_power_.count > 0 && !power_has_gaps_) {  // what a lost GPU took is not known
    out.gpu_energy_j = power_times_time_j_;
    out.gpu_energy_method = "nvml power x time";
  }
  out.cpu_energy_j = difference(start_.cpu_energy_j, now.cpu_energy_j);
  out.cpu_throttled_seconds = difference(start_.throttled_seconds, now.throttled_seconds);
  if (throttle_bits_) out.gpu_throttle_reasons = throttle_reasons(*throttle_bits_);
  out.gpu_throttled_pct = throttled_.value();
  if (other_processes_.value) out.gpu_other_processes = static_cast<int>(*other_processes_.value);
  out.gpu_other_bytes = other_bytes_.value;
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
