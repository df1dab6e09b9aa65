#include "cnnbench/results/noise_floor.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <fstream>

#include "cnnbench/measure/statistics.hpp"
#include "support/noise.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

NoiseSession session(std::int64_t hour, double median_ips, const std::string& cell = "a") {
  return {.machine = "m", .cell = cell, .model = "n", .began = 3600 * hour, .repetitions = 10, .median_ips = median_ips, .spread = 0};
}

TEST(NoiseFloor, TakesThreeSessionsOfACell) {
  EXPECT_FALSE(noise_floor({}));
  EXPECT_FALSE(noise_floor(std::vector{session(1, 100), session(2, 104)}));
  EXPECT_FALSE(noise_floor(std::vector{session(1, 100), session(2, 104), session(3, 100, "b")}));
  const auto floor = noise_floor(std::vector{session(1, 100), session(2, 100), session(3, 100)});
  EXPECT_EQ(floor->pct, 0);
  EXPECT_EQ(floor->sessions, 3);
}

TEST(NoiseFloor, SessionsRightAfterEachOtherAreOne) {
  std::vector<NoiseSession> all{session(1, 100), session(1, 110), session(1, 120)};
  for (std::size_t i = 0; i < 3; ++i) all[i].began += 60 * static_cast<std::int64_t>(i);
  EXPECT_FALSE(noise_floor(all));
}

// By hand: logarithms -0.02, 0, 0.02: their standard deviation is 0.02; t of two degrees is 4.30265.
TEST(NoiseFloor, IsTheSpreadBetweenSessions) {
  const auto floor = noise_floor(std::vector{session(1, 100 * std::exp(-0.02)), session(2, 100), session(3, 100 * std::exp(0.02))});
  EXPECT_NEAR(floor->pct, 100 * (std::exp(4.30265 * std::sqrt(2) * 0.02) - 1), 1e-6);
}

// What one session's few repetitions explain is no floor: with any n it comes out the same.
TEST(NoiseFloor, DoesNotDependOnTheNumberOfRepetitions) {
  RandomStream random{5};
  for (const int repetitions : {8, 40}) {
    std::vector<NoiseSession> sessions;
    for (int i = 0; i < 400; ++i) {
      const double level = 1000 * std::exp(0.01 * test::normal(random));
      std::vector<double> samples = test::speeds(random, static_cast<std::size_t>(repetitions), level, 0.03);
      NoiseSession s = session(i, median(samples));
      s.repetitions = repetitions;
      s.spread = 0.03;
      sessions.push_back(s);
    }
    EXPECT_NEAR(noise_floor(sessions)->pct, 100 * (std::exp(1.96 * std::sqrt(2) * 0.01) - 1), 0.5) << repetitions;
  }
}

// Cells have speeds of their own; what each differs by between its sessions counts together.
TEST(NoiseFloor, IsPooledOverCells) {
  std::vector<NoiseSession> all;
  for (int hour = 0; hour < 3; ++hour)
    for (const auto& [cell, ips] : {std::pair{"a", 100.0}, {"b", 5000.0}}) all.push_back(session(hour, ips * std::exp(0.02 * (hour - 1)), cell));
  EXPECT_NEAR(noise_floor(all)->pct, 100 * (std::exp(2.77645 * std::sqrt(2) * 0.02) - 1), 1e-6);
  EXPECT_EQ(noise_floor(all)->sessions, 6);
}

TEST(NoiseFloor, SessionsAreKeptPerMachineAndDevice) {
  const test::TemporaryFolder folder;
  const char* before = getenv("XDG_CACHE_HOME");
  const std::string kept = before ? before : "";
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  Row a, gpu;
  a.hostname_hash = gpu.hostname_hash = "aaaa";
  gpu.gpu_info = "H100";
  a.cell = gpu.cell = "c";
  a.status = gpu.status = "ok";
  a.samples_ips = {100, 101, 102, 103};
  gpu.samples_ips = {100, 101, 102};  // too few to be a session
  keep_noise_sessions({a, gpu});
  keep_noise_sessions({a, gpu});
  std::ifstream file(noise_sessions_file());
  const auto document = nlohmann::json::parse(file);
  ASSERT_EQ(document["sessions"].size(), 2U);
  EXPECT_EQ(document["sessions"][0]["median_ips"], 101.5);
  EXPECT_FALSE(known_noise_floor(a));  // the two were at the same time
  std::ofstream(noise_sessions_file()) << "no json";
  EXPECT_FALSE(known_noise_floor(gpu));
  keep_noise_sessions({a});
  before ? setenv("XDG_CACHE_HOME", kept.c_str(), 1) : unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace cnnbench
