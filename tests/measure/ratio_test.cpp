#include "cnnbench/measure/ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/noise.hpp"

namespace cnnbench {
namespace {

using test::speeds;

// scipy.stats.mannwhitneyu, method exact: 5 against 5 without overlap 2/252; [1,2,3,7] against [4,5,6,8] U = 3, p = 0.2.
TEST(Ratio, ItsPIsMannAndWhitneys) {
  EXPECT_NEAR(ratio_of(std::vector<double>{1.0, 2.0, 3.0, 4.0, 5.0}, std::vector<double>{6.0, 7.0, 8.0, 9.0, 10.0}).p, 2.0 / 252, 1e-12);
  EXPECT_NEAR(ratio_of(std::vector<double>{1.0, 2.0, 3.0, 7.0}, std::vector<double>{4.0, 5.0, 6.0, 8.0}).p, 0.2, 1e-12);
  EXPECT_NEAR(ratio_of(std::vector<double>{1.0, 4.0}, std::vector<double>{2.0, 3.0}).p, 1, 1e-12);
}

// scipy.stats.wilcoxon of the logarithms, method exact: all six of a sign 2/64; the smallest of six the other way 4/64.
TEST(Ratio, APairedPIsWilcoxons) {
  const std::vector<double> before(6, 100.0);
  EXPECT_NEAR(paired_ratio(before, std::vector<double>{101.0, 102, 103, 104, 105, 106}).p, 2.0 / 64, 1e-12);
  EXPECT_NEAR(paired_ratio(before, std::vector<double>{99.5, 102, 103, 104, 105, 106}).p, 4.0 / 64, 1e-12);
}

TEST(Ratio, IsTheMedianOfAllRatios) {
  EXPECT_DOUBLE_EQ(ratio_of(std::vector<double>{1.0, 1.1, 1.2}, std::vector<double>{2.0, 2.1, 2.2}).value, 2.1 / 1.1);
  EXPECT_DOUBLE_EQ(ratio_of(std::vector<double>{2.0, 4.0}, std::vector{4.0}).value, 1.5);
  EXPECT_DOUBLE_EQ(paired_ratio(std::vector<double>{1.0, 10.0, 100.0}, std::vector<double>{2.0, 20.0, 200.0}).value, 2);
}

TEST(Ratio, TooFewSamplesHaveNoInterval) {
  EXPECT_FALSE(ratio_of(std::vector<double>{1.0, 1.1, 1.2}, std::vector<double>{2.0, 2.1, 2.2}).interval);
  EXPECT_TRUE(ratio_of(std::vector<double>{1.0, 1.1, 1.2, 1.3}, std::vector<double>{2.0, 2.1, 2.2, 2.3}).interval);
  EXPECT_FALSE(paired_ratio(std::vector<double>{1.0, 1, 1, 1, 1}, std::vector<double>{2.0, 2, 2, 2, 2}).interval);
  EXPECT_TRUE(paired_ratio(std::vector<double>{1.0, 1, 1, 1, 1, 1}, std::vector<double>{2.0, 2, 2, 2, 2, 2}).interval);
  EXPECT_TRUE(std::isnan(ratio_of({}, std::vector{1.0}).value));
  EXPECT_FALSE(ratio_of(std::vector<double>{0.0, 0, 0, 0}, std::vector<double>{1.0, 1, 1, 1}).interval);
  EXPECT_THROW(paired_ratio(std::vector{1.0}, {}), std::invalid_argument);
}

TEST(Ratio, ItsIntervalLeavesOneOutWhereTheTestSaysSo) {
  RandomStream random{2};
  for (int i = 0; i < 500; ++i) {
    const std::size_t n = 6 + random.below(60), m = 4 + random.below(60);
    const Ratio unpaired = ratio_of(speeds(random, n, 100, 0.02), speeds(random, m, 101, 0.02));
    const Ratio paired = paired_ratio(speeds(random, n, 100, 0.02), speeds(random, n, 101, 0.02));
    for (const Ratio& r : {unpaired, paired}) {
      ASSERT_TRUE(r.interval);
      EXPECT_EQ(r.p < 0.05, !r.interval->contains(1)) << n << " " << m << " p " << r.p;
      EXPECT_TRUE(r.interval->contains(r.value));
    }
  }
}

// Speeds rounded to whole images a second: there are equal ones within a side and between the sides.
TEST(Ratio, TiesDoNotPartTheIntervalFromTheTest) {
  RandomStream random{4};
  const auto rounded = [](std::vector<double> values) {
    for (double& v : values) v = std::round(v);
    return values;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::size_t n = 6 + random.below(6);
    const std::vector<double> a = rounded(speeds(random, n, 20, 0.04)), b = rounded(speeds(random, n, 21, 0.04));
    for (const Ratio& r : {ratio_of(a, b), paired_ratio(a, b)}) EXPECT_EQ(r.p < 0.05, !r.interval->contains(1)) << r.p;
  }
  EXPECT_EQ(ratio_of(std::vector<double>(6, 5.0), std::vector<double>(6, 5.0)).p, 1);
  EXPECT_EQ(paired_ratio(std::vector<double>(6, 5.0), std::vector<double>(6, 5.0)).p, 1);
}

}  // namespace
}  // namespace cnnbench
