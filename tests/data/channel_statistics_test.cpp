#include "cnnbench/data/channel_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

// Picture i: red i, green 200, blue 0 and 10 by turns.
Dataset pictures(std::size_t count) {
  Dataset set;
  set.size = {2, 2};
  set.labels.resize(count);
  set.fetch = [](std::size_t i, Bytes& out) { out.assign(1, static_cast<std::uint8_t>(i)); };
  set.decode = [](std::size_t, std::span<const std::uint8_t> stored, ImageSpan out) {
    for (std::size_t p = 0; p < 4; ++p) {
      out.pixels[3 * p] = stored[0];
      out.pixels[3 * p + 1] = 200;
      out.pixels[3 * p + 2] = p % 2 == 0 ? 0 : 10;
    }
  };
  return set;
}

TEST(ChannelStatistics, AreMeanAndDeviationOfAllPixels) {
  const ChannelStatistics s = channel_statistics(pictures(201));  // red 0..200: mean 100, variance (201^2 - 1) / 12
  EXPECT_EQ(s.pictures, 201u);
  EXPECT_DOUBLE_EQ(s.mean[0], 100);
  EXPECT_NEAR(s.std[0], std::sqrt((201.0 * 201 - 1) / 12), 1e-9);
  EXPECT_DOUBLE_EQ(s.mean[1], 200);
  EXPECT_EQ(s.std[1], 0);
  EXPECT_DOUBLE_EQ(s.mean[2], 5);
  EXPECT_DOUBLE_EQ(s.std[2], 5);
}

TEST(ChannelStatistics, ThrowWhatTheDataSetThrows) {
  Dataset set = pictures(100);
  set.decode = [](std::size_t i, auto&&...) { throw Error(ExitCode::failed, "picture " + std::to_string(i)); };
  EXPECT_THROW(channel_statistics(set), Error);
}

}  // namespace
}  // namespace cnnbench
