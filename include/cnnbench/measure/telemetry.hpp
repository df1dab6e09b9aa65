// What the machine does while it trains: CPU from /proc (and cgroup), NVIDIA GPUs through NVML loaded with dlopen.
// A background thread samples; `window()` summarizes since the last call. A source that is missing is nullopt, never 0.
// All file readers take a root folder, so that tests run on recorded trees; the NVML library's name is a parameter too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cnnbench {

struct TelemetrySample {
  double seconds = 0;                       // since the start, monotonic clock
  std::optional<double> machine_cpu_pct{};  // 0..100 of all cores this process may use
  std::optional<double> process_cpu_pct{};  // 0..100 of what the affinity mask and the cgroup quota allow
  std::optional<double> other_cpu_pct{};    // 0..100 of all cores this process may use: what other programs took
  std::optional<double> rss_bytes{}, memory_available_bytes{};
  std::optional<double> cpu_throttled_seconds{}, cpu_energy_j{};  // since the start
  std::optional<double> gpu_util_pct{}, gpu_memory_bytes{}, gpu_temp_c{}, gpu_power_w{}, gpu_sm_mhz{}, gpu_memory_mhz{};
  std::optional<double> gpu_energy_j{};              // since the start, where there is a counter
  std::optional<std::uint64_t> gpu_throttle_bits{};  // as NVML gives them; throttle_reasons() names them
  std::optional<int> gpu_other_processes{};          // that compute on the same GPU
  std::optional<double> gpu_other_bytes{};           // of its memory, theirs
};

// CPU figures and energies are differences of counters over the window; utilization, clocks and power are means of the samples.
struct TelemetrySummary {
  double seconds = 0;  // of the window
  std::optional<double> machine_cpu_pct{}, process_cpu_pct{}, other_cpu_pct{};
  std::optional<double> stolen_cpu_pct{};  // what a hypervisor gave to others
  std::optional<double> peak_rss_bytes{}, least_available_bytes{};
  std::optional<double> major_faults{};  // pages that had to come from a disk
  std::optional<double> gpu_util_pct{}, peak_gpu_memory_bytes{}, gpu_temp_c{} /* max */, gpu_power_w{};
  std::optional<double> gpu_power_limit_w{} /* lowest */, gpu_power_default_w{}, gpu_sm_mhz{}, gpu_memory_mhz{};
  std::optional<double> gpu_energy_j{};            // from the total-energy counter where there is one, else power x time
  std::optional<std::string> gpu_energy_method{};  // which of the two
  std::optional<double> cpu_energy_j{};            // RAPL packages, where they can be read
  std::optional<double> cpu_throttled_seconds{};   // the cgroup quota held threads back
  std::optional<std::vector<std::string>> gpu_throttle_reasons{};  // seen in any sample, idle left out; empty: none
  std::optional<double> gpu_throttled_pct{};                       // of the samples, with any of these reasons
  std::optional<int> gpu_other_processes{};                        // most seen
  std::optional<double> gpu_other_bytes{};                         // most seen
};

// Names of NVML's clock-event bits that slow a busy GPU down: "sw_power_cap", "hw_slowdown", "sw_thermal_slowdown", ...
std::vector<std::string> throttle_reasons(std::uint64_t bits);

struct TelemetryOptions {
  double interval_seconds = 0.25;
  std::filesystem::path root = "/";  // of /proc and /sys
  std::string nvml_library = "libnvidia-ml.so.1";
  int gpu_index = -1;            // -1: no GPU
  std::string gpu_pci_bus_id{};  // preferred over the index when given ("0000:1b:00.0"); NVML ignores CUDA_VISIBLE_DEVICES
  // seconds_now() and paused_seconds() where empty. The second, in seconds so far, is no part of the first.
  std::function<double()> clock{}, paused{};
};

constexpr std::size_t most_telemetry_samples = 4096;  // of a series; then every second one goes

class Telemetry {
 public:
  explicit Telemetry(TelemetryOptions = {});
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  TelemetrySummary window();  // since the last call (or the start); takes a sample itself
  TelemetrySummary total();   // since the start; takes a sample itself, leaves window() alone
  std::optional<TelemetrySample> latest() const;
  std::vector<TelemetrySample> series() const;  // all samples so far, thinned to most_telemetry_samples
  double cost_seconds() const;                  // CPU seconds that sampling took, in its own thread and in window() and total()
  // Why there is no energy, of the GPU where one is watched, else of the processor. Empty: it can be read.
  std::string why_no_energy() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cnnbench
