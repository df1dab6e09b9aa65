#include "cnnbench/cli/sparkline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using testing::ElementsAre;

const std::vector<double> steps{1, 2, 3, 4, 5, 6, 7, 8};

TEST(Sparkline, EightHeightsInOneRow) {
  EXPECT_THAT(sparkline(steps, {0, 8}, 8, 1, Script::unicode), ElementsAre("▁▂▃▄▅▆▇█"));
  EXPECT_THAT(sparkline(steps, {0, 8}, 8, 1, Script::ascii), ElementsAre(".:-=+*%#"));
}

TEST(Sparkline, SeveralRowsStandOnEachOther) {
  EXPECT_THAT(sparkline(steps, {0, 8}, 8, 2, Script::unicode), ElementsAre("    ▂▄▆█", "▂▄▆█████"));
}

TEST(Sparkline, TheNewestIsAtTheRightAndTheOldestGoFirst) {
  EXPECT_THAT(sparkline(steps, {0, 8}, 3, 1, Script::unicode), ElementsAre("▆▇█"));
  EXPECT_THAT(sparkline(std::vector<double>{8}, {0, 8}, 3, 1, Script::unicode), ElementsAre("  █"));
}

TEST(Sparkline, TheLowestStillLeavesAMarkAndNothingIsOutOfBounds) {
  EXPECT_THAT(sparkline(std::vector<double>{-5, 0, 99}, {0, 8}, 3, 1, Script::unicode), ElementsAre("▁▁█"));
  EXPECT_THAT(sparkline({}, {0, 8}, 3, 1, Script::unicode), ElementsAre("   "));
  EXPECT_THAT(sparkline(steps, {0, 8}, 0, 1, Script::unicode), ElementsAre(""));
  EXPECT_THAT(sparkline(steps, {0, 8}, -1, 0, Script::unicode), ElementsAre());
}

TEST(Sparkline, ASteadySpeedLooksSteady) {
  const std::vector<double> steady{99, 100, 99, 100};
  EXPECT_DOUBLE_EQ(bounds_of(steady).low, 80);
  EXPECT_THAT(sparkline(steady, bounds_of(steady), 4, 1, Script::unicode), ElementsAre("████"));
  EXPECT_DOUBLE_EQ(bounds_of(std::vector<double>{10, 100}).low, 10);
}

TEST(Bar, GrowsByEighthsOfACell) {
  EXPECT_EQ(bar(0, 4, Script::unicode), "");
  EXPECT_EQ(bar(1.0 / 32, 4, Script::unicode), "▏");
  EXPECT_EQ(bar(0.5, 3, Script::unicode), "█▌");
  EXPECT_EQ(bar(1, 4, Script::unicode), "████");
  EXPECT_EQ(bar(7, 4, Script::unicode), "████");
  EXPECT_EQ(bar(0.5, 4, Script::ascii), "##");
  EXPECT_EQ(bar(1, -2, Script::ascii), "");
}

}  // namespace
}  // namespace cnnbench
