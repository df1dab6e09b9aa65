#include "cnnbench/measure/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cnnbench/measure/ratio.hpp"
#include "support/noise.hpp"

namespace cnnbench {
namespace {

using test::speeds;

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

// The sign test's table: the extremes of six hold 96.9 %, the 2nd and 9th of ten 97.9 %, the 3rd and 8th 89.1 %.
TEST(Statistics, MoreSamplesHaveOrderStatisticsAndWhatLiesBetweenThem) {
  std::vector<double> six{6, 5, 4, 3, 2, 1}, ten{10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  EXPECT_EQ(median_interval(six, 0.97)->low, 1);
  EXPECT_EQ(median_interval(six, 0.97)->high, 6);
  EXPECT_NEAR(median_interval(ten, 1 - 2 * 11.0 / 1024)->low, 2, 1e-9);
  EXPECT_NEAR(median_interval(ten, 1 - 2 * 56.0 / 1024)->high, 8, 1e-9);
  const Interval i = *median_interval(ten);
  EXPECT_TRUE(2 < i.low && i.low < 3 && 8 < i.high && i.high < 9) << i.low << " " << i.high;
  EXPECT_NEAR(i.low - 1, 10 - i.high, 1e-12);
}

TEST(Statistics, TheIntervalCoversTheMedianAsOftenAsItSays) {
  RandomStream random{1};
  for (const std::size_t n : {3U, 5U, 6U, 7U, 8U, 10U, 25U, 400U}) {
    int covered = 0;
    for (int i = 0; i < 4000; ++i) covered += median_interval(speeds(random, n, 100, 0.02))->contains(100);
    EXPECT_GE(covered, 0.935 * 4000) << n;
    EXPECT_LE(covered, 0.965 * 4000) << n;
  }
}

// 0.5^1075 is 0: what was summed up from it never ended.
TEST(Statistics, ThousandsOfSamplesHaveAnIntervalAndARatio) {
  RandomStream random{3};
  for (const std::size_t n : {999U, 1000U, 1001U, 1100U, 20000U}) {
    const std::vector<double> a = speeds(random, n, 100, 0.02), b = speeds(random, n, 103, 0.02);
    const Interval i = *median_interval(a);
    const double expected = 2 * 1.959964 * 2 * 1.2533 / std::sqrt(static_cast<double>(n));  // of the normal distribution's median
    EXPECT_NEAR(i.high - i.low, expected, 0.35 * expected) << n;
    const Ratio r = ratio_of(a, b), p = paired_ratio(a, b);
    for (const Ratio& ratio : {r, p}) {
      EXPECT_NEAR(ratio.value, 1.03, 0.004) << n;
      EXPECT_TRUE(ratio.interval->contains(ratio.value) && ratio.interval->high - ratio.interval->low < 0.006) << n;
      EXPECT_LT(ratio.p, 1e-10);
    }
  }
}

TEST(Statistics, NoCellEndsEarlyBeforeSixRepetitions) {
  EXPECT_FALSE(narrow_enough(std::vector<double>(5, 100.0), 0.01));
  EXPECT_TRUE(narrow_enough(std::vector<double>(6, 100.0), 0.01));
  EXPECT_FALSE(narrow_enough(std::vector<double>{100, 101, 102, 103, 104, 105}, 0.01));
}

}  // namespace
}  // namespace cnnbench
