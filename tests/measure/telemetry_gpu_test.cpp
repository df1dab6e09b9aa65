#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/measure/telemetry.hpp"
#include "support/fake_nvml.hpp"
#include "support/recorded_machine.hpp"

namespace cnnbench {
namespace {

using testing::FakeNvml;
using testing::Recorded;

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
  EXPECT_EQ(s.gpu_energy_method, "nvml total energy");
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

TEST(TelemetryGpu, ClocksAndThePowerLimit) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("sm_clock", 1980);
  gpu.set("memory_clock", 2619);
  gpu.set("power_limit", 500000);
  gpu.set("power_default", 700000);
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  gpu.set("sm_clock", 1000);
  r.now += 1;
  telemetry.total();
  gpu.set("sm_clock", 1400);
  gpu.set("power_limit", 600000);
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.gpu_sm_mhz, 1200);
  EXPECT_DOUBLE_EQ(*s.gpu_memory_mhz, 2619);
  EXPECT_DOUBLE_EQ(*s.gpu_power_limit_w, 500);  // the lowest
  EXPECT_DOUBLE_EQ(*s.gpu_power_default_w, 700);
  EXPECT_DOUBLE_EQ(telemetry.series().front().gpu_sm_mhz.value(), 1980);
}

TEST(TelemetryGpu, ShareOfSamplesInWhichItWasHeldBack) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.say("throttle", "0 4 4 1 0");
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  for (int i = 0; i < 3; ++i) {
    r.now += 1;
    telemetry.total();
  }
  r.now += 1;
  EXPECT_DOUBLE_EQ(*telemetry.window().gpu_throttled_pct, 50);  // the sample at the start belongs to no window
  EXPECT_EQ(telemetry.series()[1].gpu_throttle_bits, 4u);
  EXPECT_EQ(telemetry.series()[3].gpu_throttle_bits, 1u);
}

TEST(TelemetryGpu, CountsProcessesThatAreNotOurs) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.say("processes", "self:100,77:500,78:200");
  Recorded r;
  const Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  EXPECT_EQ(telemetry.latest()->gpu_other_processes, 2);
  EXPECT_DOUBLE_EQ(*telemetry.latest()->gpu_other_bytes, 700);
}

TEST(TelemetryGpu, InAContainerOneUnknownProcessIsUs) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  Recorded r;  // no /proc/self/ns/pid: not known to be the machine's own process numbers
  const auto others = [&](const char* processes) {
    gpu.say("processes", processes);
    const Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
    return std::pair(telemetry.latest()->gpu_other_processes, telemetry.latest()->gpu_other_bytes);
  };
  EXPECT_EQ(others("1077:500"), std::pair(std::optional(0), std::optional(0.0)));
  EXPECT_EQ(others("1077:500,1078:300"), std::pair(std::optional(1), std::optional<double>()));
  EXPECT_EQ(others("none"), std::pair(std::optional(0), std::optional(0.0)));
  std::filesystem::create_directories(r.tree.path() / "proc/self/ns");
  std::filesystem::create_symlink("pid:[4026531836]", r.tree.path() / "proc/self/ns/pid");
  EXPECT_EQ(others("1077:500"), std::pair(std::optional(1), std::optional(500.0)));
  EXPECT_EQ(others("1077"), std::pair(std::optional(1), std::optional<double>()));  // the driver does not tell its memory
  EXPECT_EQ(others("fail"), std::pair(std::optional<int>(), std::optional<double>()));
}

TEST(TelemetryGpu, MoreProcessesThanExpectedAreAllCounted) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  std::string many = "self:1";
  for (int pid = 1; pid <= 200; ++pid) many += "," + std::to_string(1000000 + pid) + ":2";
  gpu.say("processes", many.c_str());
  Recorded r;
  const Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  EXPECT_EQ(telemetry.latest()->gpu_other_processes, 200);
  EXPECT_DOUBLE_EQ(*telemetry.latest()->gpu_other_bytes, 400);
}

TEST(TelemetryGpu, AGpuThatIsLostLeavesNoMadeUpEnergy) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.say("power", "200000 200000 lost");
  gpu.say("energy", "1000000 1200000 lost");
  gpu.say("utilization", "90 90 lost");
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  r.now += 1;
  EXPECT_DOUBLE_EQ(*telemetry.window().gpu_energy_j, 200);
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_FALSE(s.gpu_energy_j || s.gpu_energy_method || s.gpu_util_pct || s.gpu_power_w);
  EXPECT_FALSE(telemetry.total().gpu_energy_j);
  EXPECT_DOUBLE_EQ(*telemetry.series()[1].gpu_energy_j, 200);
  EXPECT_FALSE(telemetry.latest()->gpu_energy_j);
}

TEST(TelemetryGpu, ACounterThatStartsAgainIsReplacedByPower) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  gpu.set("power", 100000);
  gpu.say("energy", "5000000 10");
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  r.now += 3;
  const TelemetrySummary s = telemetry.window();
  EXPECT_DOUBLE_EQ(*s.gpu_energy_j, 300);
  EXPECT_EQ(s.gpu_energy_method, "nvml power x time");
}

TEST(TelemetryGpu, SaysWhyThereIsNoEnergy) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  Recorded r;
  EXPECT_EQ(Telemetry(gpu_options(r, FAKE_NVML_LIBRARY)).why_no_energy(), "the driver tells neither energy nor power of this GPU");
  EXPECT_EQ(Telemetry(gpu_options(r, "no-such-library.so")).why_no_energy(),
            "NVIDIA's management library (no-such-library.so) does not load");
  TelemetryOptions unknown = gpu_options(r, FAKE_NVML_LIBRARY);
  unknown.gpu_pci_bus_id = "0000:ff:00.0";
  unknown.gpu_index = -1;
  EXPECT_EQ(Telemetry(unknown).why_no_energy(), "NVIDIA's management library does not know this GPU");
  gpu.set("power", 1);
  EXPECT_EQ(Telemetry(gpu_options(r, FAKE_NVML_LIBRARY)).why_no_energy(), "");
}

TEST(ThrottleReasons, IdleSlowsNothingDownAndTheUnknownIsSaid) {
  EXPECT_TRUE(throttle_reasons(0).empty());
  EXPECT_TRUE(throttle_reasons(1).empty());
  EXPECT_THAT(throttle_reasons(0x88 | 0x400), ::testing::ElementsAre("hw_slowdown", "hw_power_brake_slowdown", "unknown_0x400"));
}

TEST(TelemetryGpu, OfASliceNothingIsToldThatIsTheWholeBoards) {
  const FakeNvml gpu(FAKE_NVML_LIBRARY);
  for (const auto& [key, value] :
       {std::pair{"utilization", 90}, {"memory", 500}, {"temperature", 60}, {"power", 200000}, {"energy", 1000}, {"mig", 1}})
    gpu.set(key, value);
  Recorded r;
  Telemetry telemetry(gpu_options(r, FAKE_NVML_LIBRARY));
  gpu.set("energy", 201000);
  r.now += 1;
  const TelemetrySummary s = telemetry.window();
  EXPECT_FALSE(s.gpu_util_pct);
  EXPECT_FALSE(s.peak_gpu_memory_bytes);
  EXPECT_FALSE(s.gpu_other_processes);
  EXPECT_DOUBLE_EQ(*s.gpu_power_w, 200) << "the board's, which a taint says";
  EXPECT_DOUBLE_EQ(*s.gpu_energy_j, 200);
}

}  // namespace
}  // namespace cnnbench
