#include "cnnbench/measure/telemetry.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "cnnbench/core/clock.hpp"
#include "support/recorded_machine.hpp"

namespace cnnbench {
namespace {

using testing::process_file;
using testing::Recorded;
using testing::stat_file;

void put_zone(const Recorded& r, const std::string& id, const std::string& name, const std::string& microjoules) {
  r.tree.put("sys/class/powercap/" + id + "/name", name + "\n");
  r.tree.put("sys/class/powercap/" + id + "/energy_uj", microjoules + "\n");
  r.tree.put("sys/class/powercap/" + id + "/max_energy_range_uj", "100000000\n");
}

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

TEST(Telemetry, WhatOthersTakeIsNeitherOursNorTheHypervisors) {
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  Recorded r;
  Telemetry telemetry(r.options());
  const int second = static_cast<int>(ticks);
  // 4 s of 2 cores: 5 s busy, of which 1 s stolen and 3 s ours.
  r.tree.put("proc/stat", stat_file(1000 + 2 * second, 1000 + 3 * second / 2, second / 2));
  r.tree.put("proc/self/stat", process_file(500 + 2 * second, 100 + second));
  r.now += 4;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(s.seconds, 4);
  EXPECT_DOUBLE_EQ(*s.machine_cpu_pct, 62.5);
  EXPECT_DOUBLE_EQ(*s.stolen_cpu_pct, 12.5);
  EXPECT_DOUBLE_EQ(*s.other_cpu_pct, 12.5);
  EXPECT_DOUBLE_EQ(*telemetry.latest()->other_cpu_pct, 12.5);
}

TEST(Telemetry, LeastMemoryThatWasLeftAndPagesFromTheDisk) {
  Recorded r;
  r.tree.put("proc/meminfo", "MemAvailable: 100 kB\n");
  r.tree.put("proc/self/stat", process_file(0, 0, 7));
  Telemetry telemetry(r.options());
  r.tree.put("proc/meminfo", "MemAvailable: 60 kB\n");
  r.now += 1;
  telemetry.total();
  r.tree.put("proc/meminfo", "MemAvailable: 5 kB\n");
  r.now += 0.5;  // read once a second only
  telemetry.total();
  EXPECT_DOUBLE_EQ(*telemetry.latest()->memory_available_bytes, 60 * 1024);
  r.tree.put("proc/meminfo", "MemAvailable: 80 kB\n");
  r.tree.put("proc/self/stat", process_file(0, 0, 12));
  r.now += 0.5;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.least_available_bytes, 60 * 1024);
  EXPECT_DOUBLE_EQ(*s.major_faults, 5);
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
                            s.gpu_temp_c, s.gpu_power_w, s.gpu_energy_j, s.cpu_energy_j, s.cpu_throttled_seconds, s.other_cpu_pct,
                            s.stolen_cpu_pct, s.least_available_bytes, s.gpu_sm_mhz, s.gpu_memory_mhz, s.gpu_power_limit_w,
                            s.gpu_power_default_w, s.gpu_throttled_pct, s.gpu_other_bytes})
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
  EXPECT_FALSE(s.machine_cpu_pct || s.process_cpu_pct || s.other_cpu_pct || s.peak_rss_bytes);
}

// Every file of a whole tree cut off at every length, and each replaced by noise: figures or none, never a crash.
TEST(Telemetry, TornFilesDoNoHarm) {
  Recorded whole;
  whole.tree.put("proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 50 kB\n");
  whole.tree.put("proc/self/cgroup", "3:cpu,cpuacct:/a\n0::/job\n");
  whole.tree.put("sys/fs/cgroup/job/cpu.stat", "usage_usec 7\nnr_throttled 1\nthrottled_usec 1000000\n");
  put_zone(whole, "intel-rapl:0", "package-0", "1000000");
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(whole.tree.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string name = std::filesystem::relative(entry.path(), whole.tree.path()).string(), text = whole.tree.get(name);
    for (const std::string& bad : {std::string(), std::string(5000, '\xff'), std::string("\0\n\0", 3), "-1\n" + text,
                                   std::string("99999999999999999999999999\n"), std::string(300, ':'), std::string(300, '\n')}) {
      whole.tree.put(name, bad);
      Telemetry telemetry(whole.options());
      whole.tree.put(name, text);
      whole.now += 1;
      const TelemetrySummary s = telemetry.window();
      EXPECT_LE(s.machine_cpu_pct.value_or(0), 100) << name;
      EXPECT_GE(s.cpu_energy_j.value_or(0), 0) << name;
    }
    for (std::size_t length = 0; length < text.size(); ++length) {
      Telemetry telemetry(whole.options());
      whole.tree.put(name, text.substr(0, length));
      whole.now += 1;
      const TelemetrySummary s = telemetry.window();
      EXPECT_GE(s.other_cpu_pct.value_or(0), 0) << name;
    }
    whole.tree.put(name, text);
  }
  EXPECT_GE(files, 10);
}

TEST(Telemetry, TimeThatTheQuotaHeldUsBack) {
  Recorded r;
  r.tree.put("proc/self/cgroup", "0::/job\n");
  r.tree.put("sys/fs/cgroup/job/cpu.stat", "usage_usec 7\nnr_throttled 1\nthrottled_usec 1000000\n");
  Telemetry telemetry(r.options());
  r.tree.put("sys/fs/cgroup/job/cpu.stat", "usage_usec 9\nnr_throttled 5\nthrottled_usec 3500000\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_throttled_seconds, 2.5);
  EXPECT_DOUBLE_EQ(*telemetry.latest()->cpu_throttled_seconds, 2.5);
}

TEST(Telemetry, TimeThatTheQuotaHeldUsBackInVersionOne) {
  Recorded r;
  r.tree.put("proc/self/cgroup", "3:cpu,cpuacct:/docker/abc\n0::/\n");
  r.tree.put("sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 9\nnr_throttled 0\nthrottled_time 500000000\n");
  Telemetry telemetry(r.options());
  r.tree.put("sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 12\nnr_throttled 2\nthrottled_time 2000000000\n");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_throttled_seconds, 1.5);
}

TEST(ProcessorEnergy, AddsPackagesAndUnwrapsTheirCounters) {
  Recorded r;
  put_zone(r, "intel-rapl:0", "package-0", "99000000");
  put_zone(r, "intel-rapl:1", "package-1", "5000000");
  put_zone(r, "intel-rapl:0:0", "core", "1");
  put_zone(r, "intel-rapl:2", "psys", "1");
  Telemetry telemetry(r.options());
  EXPECT_EQ(telemetry.why_no_energy(), "");
  put_zone(r, "intel-rapl:0", "package-0", "3000000");  // 4 J later, wrapped
  put_zone(r, "intel-rapl:1", "package-1", "7000000");  // 2 J later
  put_zone(r, "intel-rapl:0:0", "core", "50000000");
  put_zone(r, "intel-rapl:2", "psys", "50000000");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_energy_j, 6);
  put_zone(r, "intel-rapl:0", "package-0", "4000000");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_energy_j, 1);
  EXPECT_DOUBLE_EQ(*telemetry.total().cpu_energy_j, 7);
  EXPECT_DOUBLE_EQ(*telemetry.latest()->cpu_energy_j, 7);
}

TEST(ProcessorEnergy, OfALaptopThatShowsItsPackageTwiceIsCountedOnce) {
  Recorded r;
  put_zone(r, "intel-rapl:0", "package-0", "1000000");
  put_zone(r, "intel-rapl-mmio:0", "package-0", "1000000");
  Telemetry telemetry(r.options());
  put_zone(r, "intel-rapl:0", "package-0", "3000000");
  put_zone(r, "intel-rapl-mmio:0", "package-0", "3000000");
  EXPECT_DOUBLE_EQ(*telemetry.window().cpu_energy_j, 2);
}

TEST(ProcessorEnergy, AReadingThatFailsIsMadeUpForByTheNext) {
  Recorded r;
  put_zone(r, "intel-rapl:0", "package-0", "1000000");
  Telemetry telemetry(r.options());
  put_zone(r, "intel-rapl:0", "package-0", "");
  EXPECT_FALSE(telemetry.window().cpu_energy_j);
  put_zone(r, "intel-rapl:0", "package-0", "9000000");
  EXPECT_DOUBLE_EQ(*telemetry.total().cpu_energy_j, 8);
}

TEST(ProcessorEnergy, ACounterThatGoesBackWithoutALimitIsNoEnergy) {
  Recorded r;
  put_zone(r, "intel-rapl:0", "package-0", "5000000");
  r.tree.put("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "");
  Telemetry telemetry(r.options());
  put_zone(r, "intel-rapl:0", "package-0", "1000000");
  r.tree.put("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "");
  EXPECT_FALSE(telemetry.window().cpu_energy_j);
  EXPECT_EQ(telemetry.why_no_energy(), "a RAPL counter went back");
}

TEST(ProcessorEnergy, SaysWhyThereIsNone) {
  Recorded r;
  EXPECT_EQ(Telemetry(r.options()).why_no_energy(), "the kernel shows no RAPL counters (/sys/class/powercap)");
  put_zone(r, "dtpm", "dtpm", "1");
  EXPECT_EQ(Telemetry(r.options()).why_no_energy(), "RAPL counts no processor package here");
  put_zone(r, "intel-rapl:0", "package-0", "1000000");
  put_zone(r, "intel-rapl:1", "package-1", "not to be read");
  Telemetry telemetry(r.options());
  EXPECT_EQ(telemetry.why_no_energy(), "RAPL's counters may be read by root only (/sys/class/powercap/*/energy_uj)");
  EXPECT_FALSE(telemetry.window().cpu_energy_j);  // one package of two is no sum
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

TEST(Telemetry, AsksLessOftenWhereAnAnswerCostsMuch) {
  TelemetryOptions options;
  std::atomic<int> calls{0};
  options.interval_seconds = 0.001;
  options.clock = [&] {  // called once a sample; takes 4 ms of CPU time, which may be spent once a second
    ++calls;
    const auto now = [] {
      timespec t{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
      return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
    };
    for (const double end = now() + 0.004; now() < end;) continue;
    return static_cast<double>(calls);
  };
  const double begin = seconds_now();
  const Telemetry telemetry(options);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LE(calls, 3 + seconds_now() - begin);  // the first one is of the constructor; without the limit it would be some 60
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

}  // namespace
}  // namespace cnnbench
