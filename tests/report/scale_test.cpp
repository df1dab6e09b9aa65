#include "cnnbench/report/scale.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cnnbench::report {
namespace {

using ::testing::ElementsAre;
using Numbers = std::vector<double>;
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Scale, TicksAreOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_THAT(bar_scale({93}, 5).ticks, ElementsAre(0, 20, 40, 60, 80));
  EXPECT_THAT(bar_scale({4.1}, 5).ticks, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(bar_scale({1200}, 3).ticks, ElementsAre(0, 500, 1000));
  EXPECT_THAT(fixed_scale({0, 100}, 5).ticks, ElementsAre(0, 20, 40, 60, 80, 100));
}

TEST(Scale, BarsBeginAtZeroUntilTheyDifferByMoreThanTwenty) {
  const Scale linear = bar_scale({10, 200}, 5);
  EXPECT_FALSE(linear.logarithmic);
  EXPECT_EQ(linear.domain.low, 0);
  const Scale log = bar_scale({10, 200.1}, 5);
  EXPECT_TRUE(log.logarithmic);
  EXPECT_THAT(log.ticks, ElementsAre(1, 10, 100, 1000));
  EXPECT_GT(log.share(10), 0.3);  // the smallest bar is seen
  EXPECT_DOUBLE_EQ(log.share(0), 0);
  EXPECT_DOUBLE_EQ(log.share(1000), 1);
}

TEST(Scale, ASmallestBarNearAPowerOfTenStillHasALength) {
  const Scale scale = bar_scale({1.1, 3000}, 5);
  EXPECT_EQ(scale.domain.low, 0.1);
  EXPECT_GT(scale.share(1.1), 0.1);
}

TEST(Scale, ManyDecadesLeaveTicksOut) { EXPECT_LE(bar_scale({1e-9, 1e9}, 5).ticks.size(), 6U); }

TEST(Scale, LinesFillTheirPanel) {
  const Scale scale = line_scale({0.42, 0.69}, 5);
  EXPECT_GE(0.42, scale.domain.low);
  EXPECT_LE(0.69, scale.domain.high);
  EXPECT_GT(scale.domain.low, 0.3);
  EXPECT_EQ(scale.ticks.front(), scale.domain.low);
}

TEST(Scale, NothingAndNonsenseGiveAScaleToo) {
  for (const Numbers& values : {Numbers{}, Numbers{0}, Numbers{-5}, Numbers{std::nan("")}, Numbers{infinity},
                                Numbers{1e308, -1e308}, Numbers{1e-320, 1}, Numbers{5, 5}, Numbers{1e15, 1e15 + 1}})
    for (const Scale& scale : {bar_scale(values, 5), line_scale(values, 5)}) {
      EXPECT_LE(scale.ticks.size(), 60U);
      for (const double value : {0.0, 1.0, -infinity, infinity, std::nan("")}) {
        EXPECT_GE(scale.share(value), 0);
        EXPECT_LE(scale.share(value), 1);
      }
    }
}

TEST(Scale, LabelsHaveTheDecimalsThatTheyNeed) {
  EXPECT_EQ(tick_label(1500, bar_scale({2000}, 4)), "1,500");
  EXPECT_EQ(tick_label(0.2, bar_scale({1}, 5)), "0.2");
  EXPECT_EQ(tick_label(0.25, fixed_scale({0.2, 0.4}, 4)), "0.25");
  EXPECT_EQ(tick_label(0.1, bar_scale({1.1, 3000}, 5)), "0.1");
  EXPECT_EQ(tick_label(1000, bar_scale({1.1, 3000}, 5)), "1,000");
}

}  // namespace
}  // namespace cnnbench::report
