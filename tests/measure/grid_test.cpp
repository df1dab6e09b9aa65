#include "cnnbench/measure/grid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;

TEST(Grid, ListsAndRanges) {
  EXPECT_THAT(axis_values("1,2,4"), ElementsAre("1", "2", "4"));
  EXPECT_THAT(axis_values("1-8*2"), ElementsAre("1", "2", "4", "8"));
  EXPECT_THAT(axis_values("3-20*2"), ElementsAre("3", "6", "12"));
  EXPECT_THAT(axis_values("0-30+10"), ElementsAre("0", "10", "20", "30"));
  EXPECT_THAT(axis_values("3-5,8"), ElementsAre("3", "4", "5", "8"));
  EXPECT_THAT(axis_values("float32,bfloat16"), ElementsAre("float32", "bfloat16"));
  EXPECT_THAT(axis_values("1e-3,-0.5,cuda:0"), ElementsAre("1e-3", "-0.5", "cuda:0"));
  EXPECT_THAT(axis_values("32,[48,64],[64,48]"), ElementsAre("32", "[48,64]", "[64,48]"));
  EXPECT_THAT(axis_values("null,[0.5,1.5]"), ElementsAre("null", "[0.5,1.5]"));
  EXPECT_THAT(axis_values("catdog-a"), ElementsAre("catdog-a"));
  EXPECT_THAT(axis_values("9223372036854775806-9223372036854775807"), ElementsAre("9223372036854775806", "9223372036854775807"));
}

TEST(Grid, WhatIsNoListIsRefused) {
  for (const char* bad : {"", "1,,2", "1,", "8-1", "0-8*2", "1-8*1", "1-8+0", "1-100000"})
    EXPECT_THROW(axis_values(bad), Error) << bad;
  for (const char* bad : {"x", "=1", "a="}) EXPECT_THROW(parse_axis(bad), Error) << bad;
}

TEST(Grid, EveryCombinationOnce) {
  const auto cells = make_grid({{"loader.workers", {"1", "2"}}, {"loader.batch_size", {"32", "64"}}});
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_THAT(cells[1].sets, ElementsAre("loader.workers=1", "loader.batch_size=64"));
  EXPECT_EQ(cells[2].axes.dump(), R"({"loader.workers":"2","loader.batch_size":"32"})");
  EXPECT_EQ(make_grid({}).size(), 1U);
  EXPECT_THROW(make_grid({{"a", {"1"}}, {"a", {"2"}}}), Error);
}

}  // namespace
}  // namespace cnnbench
