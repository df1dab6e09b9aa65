#include "cnnbench/measure/change_point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::numbers::pi * random.unit());
}

// 100 images/s times what `level` says of each window, and noise.
std::vector<double> speeds(std::uint64_t seed, std::size_t n, double noise, const std::function<double(std::size_t)>& level) {
  RandomStream random{seed, n};
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = 100 * level(i) * (1 + noise * normal(random));
  return out;
}

double flat(std::size_t) { return 1; }

int count(int trials, const std::function<bool(std::uint64_t)>& holds) {
  int out = 0;
  for (int seed = 1; seed <= trials; ++seed) out += holds(static_cast<std::uint64_t>(seed)) ? 1 : 0;
  return out;
}

TEST(ChangePoint, AStepIsFoundWhereItIs) {
  const std::vector<double> values{5, 5.1, 4.9, 5, 5.05, 10, 10.1, 9.9, 10, 10.1, 10, 9.9, 10};
  const auto change = find_change(values);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->at, 5U);
  EXPECT_DOUBLE_EQ(change->shift, 1);
}

TEST(ChangePoint, WhatDoesNotChangeHasNone) {
  EXPECT_FALSE(find_change({}));
  EXPECT_FALSE(find_change(std::vector<double>(40, 7)));
  EXPECT_FALSE(find_change(std::vector{1.0, 100.0, 1.0}));
  EXPECT_FALSE(find_change(std::vector<double>(40, 0)));
}

// Whatever the noise: a change of level within it is called in about one of a hundred series, of 20 windows or of 200.
TEST(ChangePoint, NoiseIsCalledAChangeAsRarelyAsItSays) {
  for (const std::size_t n : {20U, 40U, 200U}) {
    for (const double noise : {0.01, 0.05, 0.2})
      EXPECT_LE(count(1000, [&](std::uint64_t seed) { return find_change(speeds(seed, n, noise, flat)).has_value(); }), 20)
          << n << " " << noise;
    // Far from normal: most values near the best, some far below, as a machine's pauses make them.
    const auto pauses = [&](std::uint64_t seed) {
      std::vector<double> values = speeds(seed, n, 0.005, flat);
      RandomStream random{seed, 99};
      for (double& v : values) v *= random.unit() < 0.2 ? 1 - 0.5 * random.unit() : 1;
      return values;
    };
    EXPECT_LE(count(1000, [&](std::uint64_t seed) { return find_change(pauses(seed)).has_value(); }), 20) << n;
  }
}

// 40 windows, the first 8 of them 10 % slower, 2 % noise: to within two windows.
TEST(ChangePoint, TheEndOfAWarmUpIsFound) {
  const auto warms_up = [](std::size_t i) { return i < 8 ? 0.9 : 1; };
  EXPECT_GE(count(400,
                  [&](std::uint64_t seed) {
                    const Settled s = settle(speeds(seed, 40, 0.02, warms_up));
                    return s.state == Settling::steady && s.from >= 6 && s.from <= 10;
                  }),
            0.95 * 400);
}

// Four windows of 40, as a first second of growing caches: half as fast, or 10 % slower.
TEST(ChangePoint, AShortWarmUpIsFoundToo) {
  for (const double slow : {0.5, 0.9})
    EXPECT_GE(count(400,
                    [&](std::uint64_t seed) {
                      const Settled s = settle(speeds(seed, 40, 0.02, [&](std::size_t i) { return i < 4 ? slow : 1; }));
                      return s.state == Settling::steady && s.from >= 3 && s.from <= 6;
                    }),
              0.95 * 400)
        << slow;
}

// 1 - exp(-i / 4): 5 % below its end after 12 of 60 windows.
TEST(ChangePoint, ASlowApproachIsCutWhereItIsNearlyOver) {
  const auto approaches = [](std::size_t i) { return 1 - std::exp(-static_cast<double>(i + 1) / 4); };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Settled s = settle(speeds(seed, 60, 0.01, approaches));
    EXPECT_EQ(s.state, Settling::steady);
    EXPECT_GE(s.from, 8U);
    EXPECT_LE(s.from, 25U);
  }
}

TEST(ChangePoint, WhatChangesLateHasNotSettled) {
  const auto slows_down = [](std::size_t i) { return i < 30 ? 1 : 0.9; };  // the last quarter, as a hot processor does
  const auto ramp = [](std::size_t i) { return 1 + 0.005 * static_cast<double>(i); };
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    for (const std::function<double(std::size_t)>& level : {std::function<double(std::size_t)>(slows_down), {ramp}}) {
      const Settled s = settle(speeds(seed, 40, 0.01, level));
      EXPECT_EQ(s.state, Settling::changing) << seed;
      EXPECT_EQ(s.from, 0U);
      EXPECT_GT(std::abs(*s.last_shift), 0.02);
    }
}

// A neighbour that takes the machine for 5 of 40 windows is no change of level; nor is a change of 1 %.
TEST(ChangePoint, APauseIsNoWarmUp) {
  const auto pause = [](std::size_t i) { return i >= 15 && i < 20 ? 0.5 : 1; };
  const auto slight = [](std::size_t i) { return i < 20 ? 1 : 1.01; };
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    for (const std::function<double(std::size_t)>& level : {std::function<double(std::size_t)>(pause), {slight}}) {
      const Settled s = settle(speeds(seed, 40, 0.001, level));
      EXPECT_EQ(s.state, Settling::steady);
      EXPECT_EQ(s.from, 0U);
    }
}

TEST(ChangePoint, FewValuesSayNothing) {
  EXPECT_EQ(settle(speeds(1, least_values - 1, 0.01, flat)).state, Settling::unknown);
  EXPECT_EQ(settle(speeds(1, least_values, 0.01, flat)).state, Settling::steady);
}

}  // namespace
}  // namespace cnnbench
