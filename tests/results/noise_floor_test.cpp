#include "cnnbench/results/noise_floor.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "cnnbench/measure/statistics.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {


TEST(NoiseFloor, IsTheFarEndOfTheIntervalBetweenTwoEqualHalves) {
  EXPECT_FALSE(noise_floor_pct(std::vector<double>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_NEAR(*noise_floor_pct(std::vector<double>(8, 100.0)), 0, 1e-9);
  // Halves {100, 102, 101, 99} and {103, 98, 100, 101}: with four each the interval is the whole range of ratios.
  EXPECT_NEAR(*noise_floor_pct(std::vector<double>{100, 103, 102, 98, 101, 100, 99, 101}), 100 * (103.0 / 99 - 1), 0.2);
}

TEST(NoiseFloor, IsKeptPerMachineAndDevice) {
  const test::TemporaryFolder folder;
  const char* before = getenv("XDG_CACHE_HOME");
  const std::string kept = before ? before : "";
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  Row a, b, gpu;
  a.hostname_hash = b.hostname_hash = gpu.hostname_hash = "aaaa";
  gpu.gpu_info = "H100";
  EXPECT_FALSE(known_noise_floor(a));
  a.noise_floor_pct = 1.5;
  b.noise_floor_pct = 2.5;
  keep_noise_floors({a, b, gpu});
  EXPECT_EQ(known_noise_floor(a), 2.5);
  EXPECT_FALSE(known_noise_floor(gpu));
  std::ofstream(noise_floor_file()) << "no json";
  EXPECT_FALSE(known_noise_floor(a));
  keep_noise_floors({a});
  EXPECT_EQ(known_noise_floor(a), 1.5);
  before ? setenv("XDG_CACHE_HOME", kept.c_str(), 1) : unsetenv("XDG_CACHE_HOME");
}

}  // namespace
}  // namespace cnnbench
