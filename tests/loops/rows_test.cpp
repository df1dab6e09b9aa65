// What the loops of our own operations read and write: arrays of exactly the size that their headers say, so that a build with
// AddressSanitizer sees a step beyond them, and outputs that begin as NaN, so that one left out shows. What they compute is tested
// against torch (tests/train).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/conv_pool_overlapping_rows.hpp"
#include "kernels/lrn_rows.hpp"
#include "kernels/pool_rows.hpp"
#include "kernels/winograd_rows.hpp"

namespace cnnbench {
namespace {

std::vector<float> inputs(std::int64_t count) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::normal_distribution<float> normal;
  std::vector<float> out(static_cast<std::size_t>(count));
  for (float& v : out) v = normal(random);
  return out;
}
std::vector<float> outputs(std::int64_t count) {
  return std::vector<float>(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
}
std::vector<std::uint8_t> bytes(std::int64_t count) { return std::vector<std::uint8_t>(static_cast<std::size_t>(count), 77); }

bool written(const std::vector<float>& v) {
  return std::all_of(v.begin(), v.end(), [](float f) { return std::isfinite(f); });
}
bool written(const std::vector<std::uint8_t>& winner) {
  return std::all_of(winner.begin(), winner.end(), [](std::uint8_t place) { return place != 77; });
}

TEST(Rows, ConvPoolStaysInItsArrays) {
  constexpr std::int64_t pictures = 2;
  for (const int kernel : {3, 5}) {
    if (kernel == 5 && !has_conv_pool_overlapping()) continue;
    for (const auto& [height, width] : {std::pair{4, 4}, {6, 10}, {24, 24}, {18, 26}})
      for (const std::int64_t filters : {16, 32, 48}) {
        SCOPED_TRACE(::testing::Message() << height << "x" << width << ", " << filters << " filters of " << kernel);
        const ConvPoolShape s{.height = height, .width = width, .filters = filters, .kernel = kernel};
        const std::int64_t in = s.height * s.width * ConvPoolShape::channels, out = s.out_height() * s.out_width() * filters;
        const auto x = inputs(pictures * in), weights = inputs(s.taps() * filters), bias = inputs(filters), g = inputs(out);
        auto y = outputs(pictures * out), gradients = outputs((s.taps() + 1) * filters);
        auto winner = bytes(pictures * out);
        conv_pool({x.data(), weights.data(), bias.data(), y.data(), winner.data(), pictures, s, {0, filters}});
        conv_pool_backward({x.data() + in, g.data(), winner.data() + out, gradients.data(), s, {0, filters}});
        EXPECT_TRUE(written(y) && written(winner) && written(gradients));
      }
  }
}

void expect_winograd_in_its_arrays(const WinogradShape& s) {
  constexpr std::int64_t pictures = 2;
  const std::int64_t in = pictures * s.height * s.width * s.channels, out = pictures * s.out_height() * s.out_width() * s.filters;
  const std::int64_t taps = s.kernel * s.kernel, both = s.channels * s.filters;
  const bool pooled = s.after == After::pool_relu;
  const auto weights = inputs(taps * both), x = inputs(in), bias = inputs(s.filters), g = inputs(out);
  auto planes = outputs(WinogradShape::planes * both), transposed = outputs(WinogradShape::planes * both), y = outputs(out),
       dx = outputs(in), d_planes = outputs(WinogradShape::planes * both), d_bias = outputs(s.filters),
       d_taps = outputs(taps * both);
  auto winner = bytes(pooled ? out : 0);
  winograd_weights(weights.data(), both, {0, both}, s.kernel, planes.data());
  winograd_weights(weights.data(), both, {0, both}, s.kernel, transposed.data());
  for (std::int64_t first = 0, all = pictures * s.tiles(); first < all; first += WinogradShape::together)
    winograd_forward({.x = x.data(),
                      .weights = planes.data(),
                      .bias = bias.data(),
                      .y = y.data(),
                      .winner = pooled ? winner.data() : nullptr,
                      .tiles = {first, std::min(WinogradShape::together, all - first)},
                      .filters = {0, s.filters}},
                     s);
  winograd_backward({.x = x.data(),
                     .g = g.data(),
                     .y = s.after == After::relu ? y.data() : nullptr,
                     .winner = pooled ? winner.data() : nullptr,
                     .weights = transposed.data(),
                     .dx = dx.data(),
                     .d_planes = d_planes.data(),
                     .d_bias = d_bias.data(),
                     .pictures = pictures,
                     .channels = {0, s.channels},
                     .filters = {0, s.filters},
                     .planes = {0, WinogradShape::planes}},
                    s);
  winograd_weights_backward(d_planes.data(), 1, both, {0, both}, s.kernel, d_taps.data());
  EXPECT_TRUE(written(planes) && written(transposed) && written(y) && written(winner));
  EXPECT_TRUE(written(dx) && written(d_planes) && written(d_bias) && written(d_taps));
}

TEST(Rows, WinogradStaysInItsArrays) {
  for (const int kernel : {3, 5})
    for (const After after : {After::nothing, After::relu, After::pool_relu})
      for (const int pad : {0, kernel / 2})
        for (const auto& [height, width] : {std::pair{7, 6}, {12, 12}, {15, 31}})
          for (const auto& [channels, filters] : {std::pair{16, 32}, {32, 16}, {64, 64}}) {
            SCOPED_TRACE(::testing::Message() << height << "x" << width << "x" << channels << ", " << filters << " filters of "
                                              << kernel << ", padding " << pad << ", after " << static_cast<int>(after));
            expect_winograd_in_its_arrays({.height = height,
                                           .width = width,
                                           .channels = channels,
                                           .filters = filters,
                                           .kernel = kernel,
                                           .pad_top = pad,
                                           .pad_left = pad,
                                           .conv_height = height + 2 * pad - kernel + 1,
                                           .conv_width = width + 2 * pad - kernel + 1,
                                           .after = after});
          }
}

TEST(Rows, PoolStaysInItsArrays) {
  for (const auto& [size, stride] : {std::pair{2, 2}, {3, 2}, {3, 1}})
    for (const std::int64_t channels : {1, 16, 19})
      for (const bool relu : {false, true}) {
        constexpr std::int64_t side = 11, pictures = 2;
        const std::int64_t across = (side - 1) / stride + 1;  // the last windows reach beyond
        const PoolShape s{.height = side,
                          .width = side,
                          .channels = channels,
                          .out_height = across,
                          .out_width = across,
                          .size = size,
                          .stride = stride,
                          .relu = relu};
        const auto x = inputs(pictures * side * side * channels), g = inputs(pictures * across * across * channels);
        auto y = outputs(static_cast<std::int64_t>(g.size())), dx = outputs(static_cast<std::int64_t>(x.size()));
        auto winner = bytes(static_cast<std::int64_t>(g.size()));
        pool_rows(x.data(), y.data(), winner.data(), 0, pictures * across, s);
        pool_rows_backward(g.data(), winner.data(), dx.data(), 0, pictures * side, s);
        EXPECT_TRUE(written(y) && written(winner) && written(dx)) << size << " " << stride << " " << channels << " " << relu;
      }
}

TEST(Rows, LrnStaysInItsArrays) {
  for (const std::int64_t channels : {1, 3, 9, 16, 64, 70}) {
    constexpr std::int64_t rows = 13;
    const auto x = inputs(rows * channels), g = inputs(rows * channels);
    auto y = outputs(rows * channels), dx = outputs(rows * channels);
    lrn_rows(x.data(), y.data(), rows, channels, {});
    lrn_rows_backward(x.data(), g.data(), dx.data(), rows, channels, {});
    EXPECT_TRUE(written(y) && written(dx)) << channels;
  }
}

}  // namespace
}  // namespace cnnbench
