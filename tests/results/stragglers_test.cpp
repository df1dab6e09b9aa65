#include "cnnbench/results/stragglers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/noise.hpp"

namespace cnnbench {
namespace {

// Harter, Expected values of normal order statistics, Biometrika 48, 1961, table 1.
TEST(ExpectedLargest, IsThatOfTheTables) {
  EXPECT_EQ(expected_largest(1), 0);
  EXPECT_NEAR(expected_largest(2), 1 / std::sqrt(3.141592653589793), 1e-9);
  EXPECT_NEAR(expected_largest(3), 0.84628, 1e-5);
  EXPECT_NEAR(expected_largest(10), 1.53875, 1e-5);
  EXPECT_NEAR(expected_largest(100), 2.50759, 1e-5);
  EXPECT_NEAR(expected_largest(1000), 3.24144, 1e-5);
}

TEST(ExpectedLargest, GrowsWhateverTheNumber) {
  double before = 0;
  for (std::int64_t n = 2; n < 2'000'000'000; n *= 10) {
    EXPECT_GT(expected_largest(n), before) << n;
    before = expected_largest(n);
  }
  EXPECT_LT(before, 7);
}

// Windows of 25 steps of 10 ms and 32 pictures, in two epochs.
RunResult run(
    double variation, const std::function<double(int)>& speed = [](int) { return 1.0; }) {
  RunResult r;
  RandomStream random{1};
  r.epochs.resize(3);
  for (int epoch = 1; epoch <= 3; ++epoch)
    for (int w = 0; w < 400; ++w) {
      double seconds = 0;
      for (int step = 0; step < 25; ++step) seconds += 0.01 * speed(w) * (1 + variation * test::normal(random));
      r.windows.push_back({.epoch = epoch, .steps = 25, .pictures = 800, .seconds = seconds + 1, .data_wait = 1});
    }
  return r;
}

TEST(StepVariation, IsThatOfTheStepsFromTheWindowsTheyAreIn) {
  for (const double variation : {0.02, 0.1}) EXPECT_NEAR(step_variation(run(variation)).value(), variation, 0.1 * variation);
}

TEST(StepVariation, TakesNoDriftForVariation) {
  const auto drifting = run(0.02, [](int window) { return 1 + 0.5 * window / 400; });
  EXPECT_NEAR(step_variation(drifting).value(), 0.02, 0.003);
}

TEST(StepVariation, LeavesTheFirstEpochOut) {
  RunResult r = run(0.02);
  for (std::size_t i = 0; i < 400; i += 2) r.windows[i].seconds *= 3;
  EXPECT_NEAR(step_variation(r).value(), 0.02, 0.003);
}

TEST(StepVariation, OfFewWindowsIsUnknown) {
  RunResult r = run(0.02);
  r.windows.resize(405);  // four pairs after the first epoch
  EXPECT_FALSE(step_variation(r));
  EXPECT_FALSE(step_variation({}));
}

}  // namespace
}  // namespace cnnbench
