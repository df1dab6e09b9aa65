#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A run of three epochs of 4 s on a quiet machine.
RunResult quiet(const std::string& device) {
  RunResult r;
  r.device = device;
  r.telemetry = {.seconds = 20, .other_cpu_pct = 1, .stolen_cpu_pct = 0, .cpu_throttled_seconds = 0};
  r.epochs.resize(3);
  for (EpochRow& row : r.epochs) row.telemetry = {.seconds = 4, .other_cpu_pct = 1, .stolen_cpu_pct = 0};
  return r;
}

TEST(TelemetryTaints, AQuietMachineHasNone) { EXPECT_THAT(telemetry_taints(quiet("cpu")), IsEmpty()); }

TEST(TelemetryTaints, ABusyEpochCountsThoughTheRunAsAWholeWasQuiet) {
  RunResult r = quiet("cpu");
  r.epochs[1].telemetry.other_cpu_pct = 23.4;
  EXPECT_THAT(telemetry_taints(r), ElementsAre("the machine was busy: other processes used 23 % of the cores"));
  r.epochs[1].telemetry.seconds = 0.5;  // too short to tell
  EXPECT_THAT(telemetry_taints(r), IsEmpty());
}

TEST(TelemetryTaints, RanksThatShareCoresAreNoOtherProcesses) {
  RunResult r = quiet("cpu");
  r.threads = 1;
  r.epochs[1].telemetry.other_cpu_pct = 70;
  r.ranks.emplace();
  r.ranks->size = 4;
  r.ranks->cores = 2;
  EXPECT_THAT(telemetry_taints(r), ElementsAre("4 compute threads of 4 ranks shared 2 cores"));
  r.ranks->size = 2;
  EXPECT_THAT(telemetry_taints(r), ElementsAre("the machine was busy: other processes used 70 % of the cores"));
}

TEST(TelemetryTaints, EpochsTooShortLeaveTheWholeRunToTell) {
  RunResult r = quiet("cpu");
  for (EpochRow& row : r.epochs) row.telemetry.seconds = 0.3;
  r.telemetry.other_cpu_pct = 7;
  EXPECT_THAT(telemetry_taints(r), ElementsAre("the machine was busy: other processes used 7 % of the cores"));
}

TEST(TelemetryTaints, AHypervisorAndAQuota) {
  RunResult r = quiet("cpu");
  r.epochs[2].telemetry.stolen_cpu_pct = 12;
  r.telemetry.cpu_throttled_seconds = 3.21;
  EXPECT_THAT(telemetry_taints(r), ElementsAre("the hypervisor gave 12 % of the cores' time to others",
                                               "the CPU quota held threads back for 3.2 s of 20.0 s"));
  r.telemetry.cpu_throttled_seconds = 0.1;  // of 20 s
  EXPECT_EQ(telemetry_taints(r).size(), 1u);
}

TEST(TelemetryTaints, AGpuHeldBackLimitedAndShared) {
  RunResult r = quiet("cuda:0");
  r.telemetry.gpu_throttle_reasons = {"sw_power_cap", "hw_thermal_slowdown"};
  r.telemetry.gpu_throttled_pct = 40;
  r.telemetry.gpu_power_limit_w = 400;
  r.telemetry.gpu_power_default_w = 700;
  r.telemetry.gpu_other_processes = 2;
  r.telemetry.gpu_other_bytes = 5.1e9;
  EXPECT_THAT(telemetry_taints(r),
              ElementsAre("the GPU's clocks were held back in 40 % of the samples: sw_power_cap, hw_thermal_slowdown",
                          "the GPU's power limit was 400 W, its default is 700 W",
                          "2 other processes computed on the GPU, holding 5.10 GB of its memory"));
  r.telemetry.gpu_other_processes = 1;
  r.telemetry.gpu_other_bytes.reset();
  EXPECT_EQ(telemetry_taints(r).back(), "1 other process computed on the GPU");
}

TEST(TelemetryTaints, AGpuAtItsBestHasNone) {
  RunResult r = quiet("cuda:0");
  r.telemetry.gpu_throttle_reasons = std::vector<std::string>();
  r.telemetry.gpu_throttled_pct = 0;
  r.telemetry.gpu_power_limit_w = r.telemetry.gpu_power_default_w = 700;
  r.telemetry.gpu_other_processes = 0;
  r.telemetry_series = {{.seconds = 0, .gpu_util_pct = 5}, {.seconds = 1, .gpu_util_pct = 90}};
  EXPECT_THAT(telemetry_taints(r), IsEmpty());
}

TEST(TelemetryTaints, AGpuThatFellSilent) {
  RunResult r = quiet("cuda:0");
  r.telemetry_series = {{.seconds = 0, .gpu_util_pct = 5}, {.seconds = 1}};
  EXPECT_THAT(telemetry_taints(r), ElementsAre("the GPU's telemetry broke off during the run"));
}

TEST(TelemetryTaints, JoulesOfShortEpochsAreCoarse) {
  RunResult r = quiet("cuda:0");
  r.images_per_j = 5;
  EXPECT_THAT(telemetry_taints(r), IsEmpty());
  r.epochs[2].telemetry.seconds = 0.25;
  EXPECT_THAT(telemetry_taints(r),
              ElementsAre("images per joule come from epochs as short as 0.25 s, and the GPU's counter moves every 0.1 s"));
}

TEST(TelemetryTaints, ASliceOfAGpuSaysThatPowerIsTheBoards) {
  RunResult r;
  r.device = "cuda:0";
  r.device_name = "NVIDIA H100 80GB HBM3 MIG 1g.10gb";
  EXPECT_THAT(telemetry_taints(r), ::testing::Contains(::testing::HasSubstr("the GPU is a slice (MIG): power, energy")));
  r.device_name = "NVIDIA H100 80GB HBM3";
  EXPECT_THAT(telemetry_taints(r), ::testing::Not(::testing::Contains(::testing::HasSubstr("MIG"))));
}

}  // namespace
}  // namespace cnnbench
