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
  std::optional<double> process_seconds, gpu_energy_j, cpu_energy_j, throttled_seconds;
};

// 0..100, or nullopt where the counters are missing, did not move, or went backwards.
std::optional<double> machine_pct(const Counters& from, const Counters& to);
std::optional<double> process_pct(const Counters& from, const Counters& to, double cores);

class Window {
 public:
  Window(const Counters& start, double cores) : start_(start), cores_(cores) {}
  // `power_step_j`: power x time since the sample before.
  void add(const TelemetrySample&, std::optional<double> power_step_j);
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
  Counters start_;
  double cores_;
  Mean gpu_util_, gpu_power_;
  Peak rss_, gpu_memory_, gpu_temperature_;
  std::optional<double> power_times_time_j_;
  std::optional<std::uint64_t> throttle_bits_;
};

}  // namespace cnnbench
