#include "cnnbench/measure/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::numbers::pi * random.unit());
}

std::vector<double> speeds(RandomStream& random, std::size_t n, double center, double noise) {
  std::vector<double> out(n);
  for (double& x : out) x = center * (1 + noise * normal(random));
  return out;
}

TEST(Statistics, MedianAndMean) {
  EXPECT_DOUBLE_EQ(median(std::vector{3.0, 1.0, 2.0}), 2);
  EXPECT_DOUBLE_EQ(median(std::vector{4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_DOUBLE_EQ(mean(std::vector{1.0, 2.0, 6.0}), 3);
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_DOUBLE_EQ(sample_stddev(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}), std::sqrt(32.0 / 7));
}

TEST(Statistics, OneSampleHasNoInterval) { EXPECT_FALSE(median_interval(std::vector{1.0})); }

// t.test(c(10, 11, 12)) in R: 8.515862 to 13.484138.
TEST(Statistics, FewSamplesHaveStudentsInterval) {
  const Interval i = *median_interval(std::vector{10.0, 11.0, 12.0});
  EXPECT_NEAR(i.low, 8.515862, 1e-4);
  EXPECT_NEAR(i.high, 13.484138, 1e-4);
}

// The table of the sign test: n = 6 takes the extremes (96.9 %), n = 10 the 2nd and 9th (97.9 %), n = 20 the 6th and 15th (95.9 %).
TEST(Statistics, MoreSamplesHaveOrderStatistics) {
  for (const auto& [n, k] : {std::pair{6, 1}, {9, 2}, {10, 2}, {20, 6}}) {
    std::vector<double> values(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) values[static_cast<std::size_t>(i)] = n - i;
    EXPECT_EQ(median_interval(values)->low, k) << n;
    EXPECT_EQ(median_interval(values)->high, n + 1 - k) << n;
  }
}

TEST(Statistics, TheIntervalCoversTheMedianAsOftenAsItSays) {
  RandomStream random{1};
  for (const std::size_t n : {3U, 5U, 6U, 10U, 25U}) {
    int covered = 0;
    for (int i = 0; i < 4000; ++i) covered += median_interval(speeds(random, n, 100, 0.02))->contains(100);
    EXPECT_GE(covered, 0.94 * 4000) << n;
  }
}

// scipy.stats.mannwhitneyu, method exact: 5 against 5 without overlap 2/252; [1,2,3,7] against [4,5,6,8] U = 3, p = 0.2.
TEST(Statistics, MannWhitneyExact) {
  EXPECT_NEAR(mann_whitney_p(std::vector{1.0, 2.0, 3.0, 4.0, 5.0}, std::vector{6.0, 7.0, 8.0, 9.0, 10.0}), 2.0 / 252, 1e-12);
  EXPECT_NEAR(mann_whitney_p(std::vector{1.0, 2.0, 3.0, 7.0}, std::vector{4.0, 5.0, 6.0, 8.0}), 0.2, 1e-12);
  EXPECT_NEAR(mann_whitney_p(std::vector{1.0, 4.0}, std::vector{2.0, 3.0}), 1, 1e-12);
}

TEST(Statistics, MannWhitneyOfEqualValuesFindsNothing) {
  EXPECT_EQ(mann_whitney_p(std::vector{5.0, 5.0, 5.0}, std::vector{5.0, 5.0, 5.0}), 1);
  EXPECT_EQ(mann_whitney_p({}, std::vector{5.0}), 1);
}

// By hand, [1,2,2,3,4] against [2,5,6,7,8]: U = 3, tie correction 24/90, z = (12.5 - 3 - 0.5) / sqrt(25/12 (11 - 24/90)) = 1.90325.
TEST(Statistics, MannWhitneyWithTies) {
  EXPECT_NEAR(mann_whitney_p(std::vector{1.0, 2.0, 2.0, 3.0, 4.0}, std::vector{2.0, 5.0, 6.0, 7.0, 8.0}),
              std::erfc(1.90325 / std::sqrt(2)), 1e-4);
}

TEST(Statistics, TheRatiosIntervalLeavesOneOutWhereTheTestSaysSo) {
  RandomStream random{2};
  for (int i = 0; i < 500; ++i) {
    const std::size_t n = 4 + random.below(10), m = 4 + random.below(10);
    const Ratio r = ratio_of(speeds(random, n, 100, 0.02), speeds(random, m, 102, 0.02));
    ASSERT_TRUE(r.interval);
    EXPECT_EQ(r.p < 0.05, !r.interval->contains(1)) << n << " " << m << " p " << r.p;
    EXPECT_TRUE(r.interval->contains(r.value));
  }
}

TEST(Statistics, ThreeSamplesEachProveNothing) {
  const Ratio r = ratio_of(std::vector{1.0, 1.1, 1.2}, std::vector{2.0, 2.1, 2.2});
  EXPECT_FALSE(r.interval);
  EXPECT_DOUBLE_EQ(r.value, 2.1 / 1.1);
}

}  // namespace
}  // namespace cnnbench
