#include <gtest/gtest.h>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

EpochRow epoch(int number, std::uint64_t pictures, std::optional<double> gpu_j, std::optional<double> cpu_j) {
  EpochRow row{.epoch = number, .pictures = pictures};
  row.telemetry.gpu_energy_j = gpu_j;
  if (gpu_j) row.telemetry.gpu_energy_method = "nvml total energy";
  row.telemetry.cpu_energy_j = cpu_j;
  return row;
}

RunResult run(const std::string& device, std::vector<EpochRow> rows, const std::string& why_not = "", int ranks = 1,
              int hosts = 1) {
  RunResult r;
  r.device = device;
  if (ranks > 1) {
    r.ranks.emplace();
    r.ranks->size = ranks;
    r.ranks->hosts = hosts;
  }
  for (EpochRow& row : rows) add_energy(row, r);
  r.epochs = rows;
  add_energy(r, rows, why_not);
  return r;
}

TEST(Energy, IsTheGpusWhereAGpuTrained) {
  const RunResult r = run("cuda:0", {epoch(2, 1000, 50, 7), epoch(3, 1000, 30, 7)});
  EXPECT_DOUBLE_EQ(*r.epochs[0].energy_j, 50);
  EXPECT_DOUBLE_EQ(*r.epochs[0].images_per_j, 20);
  EXPECT_DOUBLE_EQ(*r.energy_j, 80);
  EXPECT_DOUBLE_EQ(*r.images_per_j, 25);
  EXPECT_EQ(r.energy_method, "nvml total energy");
  EXPECT_FALSE(r.energy_missing);
}

TEST(Energy, IsTheProcessorsWhereTheCpuTrained) {
  const RunResult r = run("cpu", {epoch(1, 100, 50, 200)});
  EXPECT_DOUBLE_EQ(*r.energy_j, 200);
  EXPECT_DOUBLE_EQ(*r.images_per_j, 0.5);
  EXPECT_EQ(r.energy_method, "rapl package");
}

TEST(Energy, NamesBothMethodsWhereTheyChanged) {
  EpochRow by_power = epoch(3, 1, 10, {});
  by_power.telemetry.gpu_energy_method = "nvml power x time";
  EXPECT_EQ(run("cuda:0", {epoch(2, 1, 10, {}), by_power, by_power}).energy_method, "nvml total energy, then nvml power x time");
}

TEST(Energy, OneEpochWithoutItMeansNoneForTheRun) {
  const RunResult r = run("cuda:0", {epoch(2, 1000, 50, 7), epoch(3, 1000, {}, 7)});
  EXPECT_FALSE(r.energy_j || r.images_per_j || r.energy_method);
  EXPECT_EQ(r.energy_missing, "the counters broke off, or did not move, in epoch 3");
  EXPECT_TRUE(r.epochs[0].energy_j.has_value());
}

TEST(Energy, OfRanksIsKnownWhereOneCounterIsThatOfThemAll) {
  EXPECT_DOUBLE_EQ(*run("cpu", {epoch(1, 100, {}, 200)}, "", 2).images_per_j, 0.5);  // the processors of their one machine
  for (const RunResult& r : {run("cpu", {epoch(1, 100, {}, 200)}, "", 4, 2), run("cuda:0", {epoch(1, 100, 50, 7)}, "", 2)}) {
    EXPECT_FALSE(r.energy_j || r.images_per_j || r.epochs[0].energy_j || r.epochs[0].images_per_j);
    EXPECT_EQ(r.energy_missing, "the counters are those of the first rank's device alone");
  }
}

TEST(Energy, ACounterThatDidNotMoveIsNoEnergy) {
  const RunResult r = run("cuda:0", {epoch(1, 10, 0, {})});
  EXPECT_FALSE(r.epochs[0].energy_j || r.epochs[0].images_per_j || r.energy_j);
}

TEST(Energy, SaysWhyThereIsNone) {
  EXPECT_EQ(run("cpu", {epoch(1, 10, {}, {})}, "root only").energy_missing, "root only");
  EXPECT_EQ(run("cpu", {}, "").energy_missing, "no epoch was trained");
}

TEST(ConfigHash, IsOfWhatTheConfigSays) {
  Experiment e;
  const std::string before = config_hash(e);
  EXPECT_EQ(before.size(), 64u);
  EXPECT_EQ(config_hash(e), before);
  e.train.seed += 1;
  EXPECT_NE(config_hash(e), before);
}

}  // namespace
}  // namespace cnnbench
