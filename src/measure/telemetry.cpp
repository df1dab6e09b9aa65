#include "cnnbench/measure/telemetry.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cnnbench/core/cgroup.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/threads.hpp"
#include "cnnbench/core/usable.hpp"
#include "gpu_watch.hpp"
#include "left_out.hpp"
#include "powercap.hpp"
#include "window.hpp"

namespace cnnbench {
namespace {

constexpr double shortest_cpu_seconds = 0.05;  // /proc/stat counts hundredths: below this a percentage is noise
constexpr double most_cost = 0.004;            // of one core: a driver that is slow to answer is asked less often
constexpr double longest_interval_seconds = 5;
constexpr double slow_interval_seconds = 1;  // between readings that cost more than they move

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
        package_energy(options.root),
        throttled(options.root),
        gpu(options) {
    if (!options.clock) options.clock = seconds_now;
    if (!options.paused) options.paused = paused_seconds;
    start_seconds = options.clock();
    paused_before = options.paused();
    first = last = cpu_reference = read_counters();
    window.emplace(last, cores);
    total.emplace(last, cores);
    latest = read_sample(last);
    series.push_back(*latest);
    thread = started_thread("the telemetry", [this](const std::stop_token& stop) { run(stop); });
  }

  void run(const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "telemetry");
    const double asked = std::max(options.interval_seconds, 1e-3);
    auto interval = std::chrono::duration<double>(asked);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    try {
      while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
        const double before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        const std::lock_guard reading(reading_mutex);
        take_sample();
        const double cost = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
        interval = std::chrono::duration<double>(std::max(asked, std::min(cost / most_cost, longest_interval_seconds)));
      }
    } catch (...) {  // no memory: the series ends here, the training need not
    }
  }

  Counters read_counters() {
    Counters now;
    now.seconds = options.clock() - start_seconds;
    now.machine = cpu_ticks(options.root, usable.cpus);
    now.process_seconds = process_cpu_seconds(options.root);
    now.major_faults = major_faults(options.root);
    now.cpu_energy_j = package_energy.joules();
    now.throttled_seconds = throttled.seconds();
    now.gpu_energy_j = gpu.energy_j();
    const double paused = options.paused() - paused_before;
    if (paused > 0) {
      paused_before += paused;
      left_out.add_pause(last, left_out.without(now), paused);
    }
    return left_out.without(now);
  }

  TelemetrySample read_sample(const Counters& now) {
    TelemetrySample sample;
    sample.seconds = now.seconds;
    if (now.seconds - cpu_reference.seconds >= shortest_cpu_seconds) {
      sample.machine_cpu_pct = machine_pct(cpu_reference, now);
      sample.process_cpu_pct = process_pct(cpu_reference, now, cores);
      sample.other_cpu_pct = other_pct(cpu_reference, now);
      cpu_reference = now;
    } else if (latest) {
      sample.machine_cpu_pct = latest->machine_cpu_pct;
      sample.process_cpu_pct = latest->process_cpu_pct;
      sample.other_cpu_pct = latest->other_cpu_pct;
    }
    sample.rss_bytes = rss_bytes(options.root);
    sample.cpu_throttled_seconds = difference(first.throttled_seconds, now.throttled_seconds);
    sample.cpu_energy_j = difference(first.cpu_energy_j, now.cpu_energy_j);
    sample.gpu_energy_j = difference(first.gpu_energy_j, now.gpu_energy_j);
    gpu.read(sample);
    read_slow(sample);
    return sample;
  }

  void read_slow(TelemetrySample& sample) {
    if (latest && sample.seconds - slow_seconds < slow_interval_seconds) {
      sample.memory_available_bytes = latest->memory_available_bytes;
      sample.gpu_other_processes = latest->gpu_other_processes;
      sample.gpu_other_bytes = latest->gpu_other_bytes;
      return;
    }
    slow_seconds = sample.seconds;
    if (const std::uint64_t bytes = available_memory_bytes(options.root); bytes > 0)
      sample.memory_available_bytes = static_cast<double>(bytes);
    gpu.read_slow(sample);
    power_limit_w = gpu.power_limit_w();
  }

  // Under reading_mutex. The slow part, the reading, holds up neither latest() nor series().
  void take_sample() {
    const Counters now = read_counters();
    const TelemetrySample sample = read_sample(now);
    const std::lock_guard lock(mutex);
    std::optional<double> power_step_j;
    if (sample.gpu_power_w && latest->gpu_power_w)
      power_step_j = 0.5 * (*sample.gpu_power_w + *latest->gpu_power_w) * (sample.seconds - latest->seconds);
    window->add(sample, power_step_j, power_limit_w);
    total->add(sample, power_step_j, power_limit_w);
    latest = sample;
    last = now;
    if (taken++ % stride == 0) series.push_back(sample);
    if (series.size() >= most_telemetry_samples) thin();
  }

  void take_sample_for_caller() {
    const double before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    take_sample();
    callers_seconds += cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
  }

  TelemetrySummary summary(const Window& of) const {
    TelemetrySummary out = of.summary(last);
    out.gpu_power_default_w = gpu.power_default_w();
    return out;
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
  ThrottledTime throttled;
  GpuWatch gpu;
  double start_seconds = 0, paused_before = 0;
  LeftOut left_out;
  std::mutex reading_mutex;  // one reader of the counters at a time; taken before `mutex`
  Counters first, last, cpu_reference;
  double slow_seconds = 0;  // when the slow readings were last taken
  std::optional<double> power_limit_w;
  double callers_seconds = 0;  // CPU time that window() and total() took

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
  impl_->take_sample_for_caller();
  const std::lock_guard lock(impl_->mutex);
  const TelemetrySummary summary = impl_->summary(*impl_->window);
  impl_->window.emplace(impl_->last, impl_->cores);
  return summary;
}

TelemetrySummary Telemetry::total() {
  const std::lock_guard reading(impl_->reading_mutex);
  impl_->take_sample_for_caller();
  const std::lock_guard lock(impl_->mutex);
  return impl_->summary(*impl_->total);
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
  const std::lock_guard reading(impl_->reading_mutex);
  return impl_->callers_seconds + cpu_seconds_of(impl_->thread);
}

std::string Telemetry::why_no_energy() const {
  const std::lock_guard reading(impl_->reading_mutex);
  return impl_->gpu.watching() ? impl_->gpu.why_no_energy() : impl_->package_energy.problem();
}

}  // namespace cnnbench
