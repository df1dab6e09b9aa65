#include "cnnbench/measure/telemetry.hpp"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cgroup.hpp"
#include "cnnbench/core/clock.hpp"
#include "nvml.hpp"
#include "powercap.hpp"
#include "window.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t most_samples = 4096;     // of the series; then every second one goes
constexpr double shortest_cpu_seconds = 0.05;  // /proc/stat counts hundredths: below this a percentage is noise

double cores_of(const UsableCpus& usable) {
  const auto mask = static_cast<double>(std::max<std::size_t>(1, usable.cpus.size()));
  return usable.quota > 0 ? std::min(usable.quota, mask) : mask;
}

}  // namespace

struct Telemetry::Impl {
  explicit Impl(TelemetryOptions given)
      : options(std::move(given)),
        usable(options.root == "/" ? process_cpus() : usable_cpus(options.root)),
        cores(cores_of(usable)),
        package_energy(options.root) {
    if (!options.clock) options.clock = seconds_now;
    if (options.gpu_index >= 0 || !options.gpu_pci_bus_id.empty()) nvml = Nvml::open(options.nvml_library);
    if (nvml && !options.gpu_pci_bus_id.empty()) gpu = nvml->by_pci_bus_id(options.gpu_pci_bus_id);
    if (nvml && !gpu && options.gpu_index >= 0) gpu = nvml->by_index(static_cast<unsigned>(options.gpu_index));
    start_seconds = options.clock();
    last = cpu_reference = read_counters();
    window.emplace(last, cores);
    total.emplace(last, cores);
    latest = read_sample(last);
    series.push_back(*latest);
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void run(const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "telemetry");
    const auto interval = std::chrono::duration<double>(std::max(options.interval_seconds, 1e-3));
    std::mutex mutex;
    std::unique_lock lock(mutex);
    try {
      while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
        const std::lock_guard reading(reading_mutex);
        take_sample();
      }
    } catch (...) {  // no memory: the series ends here, the training need not
    }
  }

  Counters read_counters() {
    Counters now;
    now.seconds = options.clock() - start_seconds;
    now.machine = cpu_ticks(options.root, usable.cpus);
    now.process_seconds = process_cpu_seconds(options.root);
    now.cpu_energy_j = package_energy.joules();
    now.throttled_seconds = cgroup_throttled_seconds(options.root);
    if (gpu) now.gpu_energy_j = nvml->energy_j(gpu);
    return now;
  }

  TelemetrySample read_sample(const Counters& now) {
    TelemetrySample sample;
    sample.seconds = now.seconds;
    if (now.seconds - cpu_reference.seconds >= shortest_cpu_seconds) {
      sample.machine_cpu_pct = machine_pct(cpu_reference, now);
      sample.process_cpu_pct = process_pct(cpu_reference, now, cores);
      cpu_reference = now;
    } else if (latest) {
      sample.machine_cpu_pct = latest->machine_cpu_pct;
      sample.process_cpu_pct = latest->process_cpu_pct;
    }
    sample.rss_bytes = rss_bytes(options.root);
    if (gpu) {
      sample.gpu_util_pct = nvml->utilization_pct(gpu);
      sample.gpu_memory_bytes = nvml->memory_used_bytes(gpu);
      sample.gpu_temp_c = nvml->temperature_c(gpu);
      sample.gpu_power_w = nvml->power_w(gpu);
      sample.gpu_throttle_bits = nvml->throttle_bits(gpu);
    }
    return sample;
  }

  // Under reading_mutex. The slow part, the reading, holds up neither latest() nor series().
  void take_sample() {
    const Counters now = read_counters();
    const TelemetrySample sample = read_sample(now);
    const std::lock_guard lock(mutex);
    std::optional<double> power_step_j;
    if (sample.gpu_power_w && latest->gpu_power_w)
      power_step_j = 0.5 * (*sample.gpu_power_w + *latest->gpu_power_w) * (sample.seconds - latest->seconds);
    window->add(sample, power_step_j);
    total->add(sample, power_step_j);
    latest = sample;
    last = now;
    if (taken++ % stride == 0) series.push_back(sample);
    if (series.size() >= most_samples) thin();
  }

  void thin() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < series.size(); i += 2) series[kept++] = series[i];
    series.resize(kept);
    stride *= 2;
  }

  TelemetryOptions options;
  UsableCpus usable;
  double cores;
  PackageEnergy package_energy;
  std::shared_ptr<const Nvml> nvml;
  Nvml::Device* gpu = nullptr;
  double start_seconds = 0;
  std::mutex reading_mutex;  // one reader of the counters at a time; taken before `mutex`
  Counters last, cpu_reference;

  std::mutex mutex;  // of all below
  std::optional<Window> window, total;
  std::optional<TelemetrySample> latest;  // written under both mutexes
  std::vector<TelemetrySample> series;
  std::uint64_t taken = 1, stride = 1;

  std::condition_variable_any wake;
  std::jthread thread;  // last: joined before what it uses goes
};

Telemetry::Telemetry(TelemetryOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Telemetry::~Telemetry() = default;

TelemetrySummary Telemetry::window() {
  const std::lock_guard reading(impl_->reading_mutex);
  impl_->take_sample();
  const std::lock_guard lock(impl_->mutex);
  const TelemetrySummary summary = impl_->window->summary(impl_->last);
  impl_->window.emplace(impl_->last, impl_->cores);
  return summary;
}

TelemetrySummary Telemetry::total() {
  const std::lock_guard reading(impl_->reading_mutex);
  impl_->take_sample();
  const std::lock_guard lock(impl_->mutex);
  return impl_->total->summary(impl_->last);
}

std::optional<TelemetrySample> Telemetry::latest() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->latest;
}

std::vector<TelemetrySample> Telemetry::series() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->series;
}

double Telemetry::cost_seconds() const {
  clockid_t clock{};
  timespec used{};
  const auto thread = const_cast<std::jthread&>(impl_->thread).native_handle();  // not const in the standard, but reads only
  if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace cnnbench
