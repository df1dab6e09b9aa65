// Sums over a stretch of time, from which a TelemetrySummary is made. Counters are read at both ends; the rest is per sample.
#pragma once

#include <algorithm>
#include <optional>

#include "cnnbench/measure/telemetry.hpp"
#include "proc.hpp"

namespace cnnbench {

struct Counters {
  double seconds = 0;
  std::optional<CpuTicks> machine;
  std::optional<double> process_seconds, major_faults, gpu_energy_j, cpu_energy_j, throttled_seconds;
};

// 0..100, or nullopt where the counters are missing, did not move, or went backwards.
std::optional<double> machine_pct(const Counters& from, const Counters& to);
std::optional<double> process_pct(const Counters& from, const Counters& to, double cores);
std::optional<double> other_pct(const Counters& from, const Counters& to);   // neither idle, nor us, nor stolen
std::optional<double> stolen_pct(const Counters& from, const Counters& to);  // by a hypervisor
std::optional<double> difference(std::optional<double> from, std::optional<double> to);

class Window {
 public:
  Window(const Counters& start, double cores) : start_(start), cores_(cores) {}
  // `power_step_j`: power x time since the sample before, `power_limit_w`: in force now.
  void add(const TelemetrySample&, std::optional<double> power_step_j, std::optional<double> power_limit_w);
  TelemetrySummary summary(const Counters& now) const;

 private:
  struct Mean {
    double sum = 0;
    int count = 0;
    void add(std::optional<double> v) {
      if (v) sum += *v, ++count;
    }
    std::optional<double> value() const { return count > 0 ? std::optional(sum / count) : std::nullopt; }
  };
  struct Peak {
    std::optional<double> value;
    void add(std::optional<double> v) {
      if (v) value = value ? std::max(*value, *v) : *v;
    }
  };
  struct Least {
    std::optional<double> value;
    void add(std::optional<double> v) {
      if (v) value = value ? std::min(*value, *v) : *v;
    }
  };
  Counters start_;
  double cores_;
  Mean gpu_util_, gpu_power_, gpu_sm_, gpu_memory_clock_, throttled_;
  Peak rss_, gpu_memory_, gpu_temperature_, other_processes_, other_bytes_;
  Least available_, power_limit_;
  double power_times_time_j_ = 0;
  bool power_has_gaps_ = false;
  std::optional<std::uint64_t> throttle_bits_;
};

}  // namespace cnnbench
