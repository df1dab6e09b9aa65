#include "cnnbench/measure/telemetry.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>

#include "support/recorded_tree.hpp"

namespace cnnbench {
namespace {

using testing::RecordedTree;

// Two of three cores are ours. Fields: user nice system idle iowait irq softirq steal guest guest_nice.
std::string stat_file(int busy, int idle) {
  const std::string ours = std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 0 0 0 0 0 0\n";
  return "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 " + ours + "cpu1 999999 0 0 1 0 0 0 0 0 0\ncpu2 " + ours + "intr 5 6 7\n";
}

std::string process_file(int user_ticks, int system_ticks) {
  return "12 (a (b) c) S 1 1 1 0 -1 4194560 1 0 0 0 " + std::to_string(user_ticks) + " " + std::to_string(system_ticks) +
         " 0 0 20 0 9 0 100\n";
}

// No sample is taken but the ones that the test asks for, and time is what the test says.
struct Recorded {
  RecordedTree tree;
  double now = 100;
  Recorded() {
    tree.put("proc/self/status", "Cpus_allowed_list:\t0,2\n");
    tree.put("proc/stat", stat_file(1000, 1000));
    tree.put("proc/self/stat", process_file(500, 100));
    tree.put("proc/self/statm", "9 3 1 1 0 1 0\n");
  }
  TelemetryOptions options() {
    TelemetryOptions o;
    o.interval_seconds = 3600;
    o.root = tree.root();
    o.nvml_library = "no-such-library.so";
    o.clock = [this] { return now; };
    return o;
  }
};

TEST(Telemetry, CpuOfTheUsableCoresOverTheWindow) {
  Recorded r;
  Telemetry telemetry(r.options());
  r.tree.put("proc/stat", stat_file(1300, 1100));
  r.now += 2;
  EXPECT_DOUBLE_EQ(*telemetry.window().machine_cpu_pct, 75);
  r.tree.put("proc/stat", stat_file(1300, 1500));
  EXPECT_DOUBLE_EQ(*telemetry.window().machine_cpu_pct, 0);
  EXPECT_DOUBLE_EQ(*telemetry.total().machine_cpu_pct, 37.5);
}

TEST(Telemetry, WaitingForTheDiskIsIdleAndGuestsAreCountedOnce) {
  Recorded r;
  r.tree.put("proc/stat", "cpu0 0 0 0 0 0 0 0 0 0 0\ncpu2 0 0 0 0 0 0 0 0 0 0\n");
  Telemetry telemetry(r.options());
  r.tree.put("proc/stat", "cpu0 10 10 10 10 30 10 10 10 77 77\ncpu2 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().machine_cpu_pct, 60);
}

TEST(Telemetry, CpuOfThisProcessOfWhatItMayUse) {
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  Recorded r;
  Telemetry telemetry(r.options());
  r.tree.put("proc/self/stat", process_file(500 + static_cast<int>(ticks), 100 + static_cast<int>(2 * ticks)));
  r.now += 3;  // 3 CPU seconds in 3 seconds of 2 cores
  EXPECT_DOUBLE_EQ(*telemetry.window().process_cpu_pct, 50);

  r.tree.put("proc/self/cgroup", "0::/\n");
  r.tree.put("sys/fs/cgroup/cpu.max", "150000 100000\n");
  r.tree.put("proc/self/stat", process_file(0, 0));
  Telemetry with_quota(r.options());
  r.tree.put("proc/self/stat", process_file(static_cast<int>(3 * ticks), 0));
  r.now += 4;  // 3 CPU seconds in 4 seconds of 1.5 cores
  EXPECT_DOUBLE_EQ(*with_quota.window().process_cpu_pct, 50);
}

TEST(Telemetry, PeakMemoryIsOfTheWindow) {
  const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  Recorded r;
  Telemetry telemetry(r.options());
  r.tree.put("proc/self/statm", "9 8 1 1 0 1 0\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().peak_rss_bytes, 8 * page);
  r.tree.put("proc/self/statm", "9 5 1 1 0 1 0\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().peak_rss_bytes, 5 * page);
  EXPECT_DOUBLE_EQ(*telemetry.total().peak_rss_bytes, 8 * page);
}

TEST(Telemetry, WhatIsMissingIsNotZero) {
  TelemetryOptions options;
  options.root = "/no/such/folder";
  options.interval_seconds = 3600;
  options.gpu_index = 0;
  options.nvml_library = "no-such-library.so";
  Telemetry telemetry(options);
  const TelemetrySummary s = telemetry.window();
  for (const auto& value : {s.machine_cpu_pct, s.process_cpu_pct, s.peak_rss_bytes, s.gpu_util_pct, s.peak_gpu_memory_bytes,
                            s.gpu_temp_c, s.gpu_power_w, s.gpu_energy_j, s.cpu_energy_j, s.cpu_throttled_seconds})
    EXPECT_FALSE(value.has_value());
  EXPECT_FALSE(s.gpu_throttle_reasons.has_value());
}

TEST(Telemetry, BrokenFilesCountAsMissing) {
  Recorded r;
  Telemetry telemetry(r.options());
  r.tree.put("proc/stat", "cpu0 x y\ncpu 1 2 3 4\n\n");
  r.tree.put("proc/self/stat", "12 (unfinished");
  r.tree.put("proc/self/statm", "");
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_FALSE(s.machine_cpu_pct || s.process_cpu_pct || s.peak_rss_bytes);
}

TEST(Telemetry, TimeThatTheQuotaHeldUsBack) {
  Recorded r;
  r.tree.put("proc/self/cgroup", "0::/job\n");
  r.tree.put("sys/fs/cgroup/job/cpu.stat", "usage_usec 7\nnr_throttled 1\nthrottled_usec 1000000\n");
  Telemetry telemetry(r.options());
  r.tree.put("sys/fs/cgroup/job/cpu.stat", "usage_usec 9\nnr_throttled 5\nthrottled_usec 3500000\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_throttled_seconds, 2.5);
}

TEST(Telemetry, ProcessorEnergyAddsPackagesAndUnwrapsTheirCounters) {
  Recorded r;
  const auto package = [&](const std::string& id, const std::string& name, long long microjoules) {
    r.tree.put("sys/class/powercap/" + id + "/name", name + "\n");
    r.tree.put("sys/class/powercap/" + id + "/energy_uj", std::to_string(microjoules) + "\n");
    r.tree.put("sys/class/powercap/" + id + "/max_energy_range_uj", "100000000\n");
  };
  package("intel-rapl:0", "package-0", 99000000);
  package("intel-rapl:1", "package-1", 5000000);
  package("intel-rapl:0:0", "core", 1);
  package("intel-rapl:2", "psys", 1);
  Telemetry telemetry(r.options());
  package("intel-rapl:0", "package-0", 3000000);  // 4 J later, wrapped
  package("intel-rapl:1", "package-1", 7000000);  // 2 J later
  package("intel-rapl:0:0", "core", 50000000);
  package("intel-rapl:2", "psys", 50000000);
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_energy_j, 6);
}

TEST(Telemetry, SamplesByItselfAndSaysWhatThatCost) {
  TelemetryOptions options;
  std::atomic<int> calls{0};
  std::promise<void> many;
  options.interval_seconds = 0.001;
  options.clock = [&] {
    const int call = ++calls;
    if (call == 50) many.set_value();
    return call * 0.1;
  };
  Telemetry telemetry(options);
  many.get_future().wait();
  EXPECT_GT(telemetry.cost_seconds(), 0);
  EXPECT_GE(telemetry.series().size(), 40u);
  ASSERT_TRUE(telemetry.latest().has_value());
  EXPECT_GT(telemetry.latest()->rss_bytes.value_or(0), 0);
  const auto series = telemetry.series();
  for (std::size_t i = 1; i < series.size(); ++i) EXPECT_GT(series[i].seconds, series[i - 1].seconds);
}

TEST(Telemetry, SeriesStaysBoundedAndEven) {
  Recorded r;
  Telemetry telemetry(r.options());
  for (int i = 1; i <= 10000; ++i) {
    r.now = 100 + i;
    telemetry.window();
  }
  const auto series = telemetry.series();
  EXPECT_LE(series.size(), 4096u);
  EXPECT_GE(series.size(), 2000u);
  EXPECT_EQ(series.front().seconds, 0);
  for (std::size_t i = 1; i < series.size(); ++i) EXPECT_EQ(series[i].seconds - series[i - 1].seconds, 4) << i;
}

TEST(Telemetry, SamplesTooCloseKeepTheLastCpuFigure) {
  Recorded r;
  Telemetry telemetry(r.options());
  r.tree.put("proc/stat", stat_file(1300, 1100));
  r.now += 1;
  telemetry.window();
  r.tree.put("proc/stat", stat_file(1301, 1100));
  r.now += 0.01;
  telemetry.window();
  EXPECT_DOUBLE_EQ(*telemetry.latest()->machine_cpu_pct, 75);
}

// The library stays open for the test, so that what is set lasts.
class FakeNvml {
 public:
  explicit FakeNvml(const char* path) : library_(::dlopen(path, RTLD_NOW)) {
    if (!library_) throw std::runtime_error(::dlerror());
    set_ = reinterpret_cast<void (*)(const char*, unsigned long long)>(::dlsym(library_, "fake_nvml_set"));
    reinterpret_cast<void (*)()>(::dlsym(library_, "fake_nvml_clear"))();
  }
  ~FakeNvml() { ::dlclose(library_); }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;
  void set(const char* key, unsigned long long value) const { set_(key, value); }

 private:
  void* library_;
  void (*set_)(const char*, unsigned long long);
};

TelemetryOptions gpu_options(Recorded& r, const char* library) {
  TelemetryOptions options = r.options();
  options.nvml_library = library;
  options.gpu_pci_bus_id = "0000:1b:00.0";
  options.gpu_index = 1;  // the wrong one: the bus id is preferred
  return options;
}

TEST(TelemetryGpu, KnownFiguresInTheirUnits) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("utilization", 90);
  gpu.set("memory", 500);
  gpu.set("temperature", 60);
  gpu.set("power", 200000);
  gpu.set("energy", 5000000);
  gpu.set("throttle", 1);
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  gpu.set("utilization", 40);
  gpu.set("memory", 700);
  gpu.set("temperature", 70);
  gpu.set("power", 300000);
  gpu.set("throttle", 0x4);
  r.now += 1;
  telemetry.total();  // a sample in the middle of the window
  gpu.set("utilization", 50);
  gpu.set("memory", 600);
  gpu.set("temperature", 65);
  gpu.set("power", 350000);
  gpu.set("energy", 5999000);
  gpu.set("throttle", 0x40);
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.gpu_util_pct, 45);
  EXPECT_DOUBLE_EQ(*s.peak_gpu_memory_bytes, 700);
  EXPECT_DOUBLE_EQ(*s.gpu_temp_c, 70);
  EXPECT_DOUBLE_EQ(*s.gpu_power_w, 325);
  EXPECT_DOUBLE_EQ(*s.gpu_energy_j, 999);  // the counter, not power x time
  EXPECT_THAT(*s.gpu_throttle_reasons, ::testing::ElementsAre("sw_power_cap", "hw_thermal_slowdown"));
  EXPECT_DOUBLE_EQ(*telemetry.latest()->gpu_power_w, 350);
}

TEST(TelemetryGpu, ACallThatFailsCostsItsFigureOnly) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("utilization", 12);
  gpu.set("energy", 1000);
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  gpu.set("energy", 4000);
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.gpu_util_pct, 12);
  EXPECT_DOUBLE_EQ(*s.gpu_energy_j, 3);
  EXPECT_FALSE(s.gpu_temp_c || s.gpu_power_w || s.peak_gpu_memory_bytes);
  EXPECT_FALSE(s.gpu_throttle_reasons.has_value());
}

TEST(TelemetryGpu, WithoutAnEnergyCounterItIsPowerTimesTime) {
  const FakeNvml gpu(FAKE_NVML_OLD_LIBRARY);
  gpu.set("power", 100000);
  gpu.set("energy", 1);
  Recorded r;
  TelemetryOptions options = gpu_options(r, FAKE_NVML_OLD_LIBRARY);
  options.gpu_index = 0;  // this driver knows no bus ids
  Telemetry telemetry(options);
  gpu.set("power", 200000);
  r.now += 2;
  telemetry.total();
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.gpu_energy_j, 150 * 2 + 200 * 1);
  EXPECT_FALSE(s.gpu_throttle_reasons.has_value());
}

TEST(TelemetryGpu, ADriverThatWillNotStartIsNoGpu) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("utilization", 12);
  gpu.set("init_fails", 1);
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  EXPECT_FALSE(telemetry.window().gpu_util_pct.has_value());
}

TEST(TelemetryGpu, NoGpuAskedForIsNoGpu) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("utilization", 12);
  Recorded r;
  TelemetryOptions options = r.options();
  options.nvml_library = FAKE_NVML_LIBRARY;
  Telemetry telemetry(options);
  EXPECT_FALSE(telemetry.window().gpu_util_pct.has_value());
}

TEST(ThrottleReasons, IdleSlowsNothingDownAndTheUnknownIsSaid) {
  EXPECT_TRUE(throttle_reasons(0).empty());
  EXPECT_TRUE(throttle_reasons(1).empty());
  EXPECT_THAT(throttle_reasons(0x88 | 0x400), ::testing::ElementsAre("hw_slowdown", "hw_power_brake_slowdown", "unknown_0x400"));
}

}  // namespace
}  // namespace cnnbench
