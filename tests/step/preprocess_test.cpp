#include "step/preprocess.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cnnbench {
namespace {

at::Tensor random_pictures(std::int64_t n, std::int64_t side) {
  torch::manual_seed(1);
  return at::randint(0, 256, {n, side, side, 3}, at::kByte);
}

TEST(Prepare, RescalesIntoChannelsLast) {
  const at::Tensor bytes = random_pictures(2, 5), x = prepare(bytes, {});
  EXPECT_EQ(x.dtype(), at::kFloat);
  EXPECT_TRUE(x.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(at::allclose(x, bytes.permute({0, 3, 1, 2}).to(at::kFloat) / 255));
}

// The tutorial's steps one after the other, in plain loops.
TEST(Prepare, JitterAndStandardizationAreTensorFlows) {
  const int side = 6;
  const at::Tensor bytes = random_pictures(3, side);
  const std::vector<Draw> draws{{.brightness_delta = 40, .contrast = 0.3F}, {.brightness_delta = -63, .contrast = 1.8F}, {}};
  const at::Tensor rows = at::empty({3, draw_columns()}, at::kFloat);
  write_draws(draws, rows.data_ptr<float>());
  const at::Tensor x = prepare(bytes, {.standardize = true, .jitters = true}, rows).contiguous();
  const auto in = bytes.accessor<std::uint8_t, 4>();
  const auto out = x.accessor<float, 4>();
  for (int n = 0; n < 3; ++n) {
    std::vector<double> v(static_cast<std::size_t>(side * side * 3));
    for (int c = 0; c < 3; ++c) {
      double mean = 0;
      for (int i = 0; i < side * side; ++i)
        mean += (in[n][i / side][i % side][c] + draws[static_cast<std::size_t>(n)].brightness_delta) / (side * side);
      for (int i = 0; i < side * side; ++i)
        v[static_cast<std::size_t>(i * 3 + c)] =
            (in[n][i / side][i % side][c] + draws[static_cast<std::size_t>(n)].brightness_delta - mean) *
                draws[static_cast<std::size_t>(n)].contrast +
            mean;
    }
    double mean = 0, variance = 0;
    for (const double value : v) mean += value / static_cast<double>(v.size());
    for (const double value : v) variance += (value - mean) * (value - mean) / static_cast<double>(v.size());
    const double deviation = std::max(std::sqrt(variance), 1 / std::sqrt(static_cast<double>(v.size())));
    for (int i = 0; i < side * side; ++i)
      for (int c = 0; c < 3; ++c)
        EXPECT_NEAR(out[n][c][i / side][i % side], (v[static_cast<std::size_t>(i * 3 + c)] - mean) / deviation, 1e-4);
  }
}

TEST(Prepare, AUniformPictureStaysFinite) {
  const at::Tensor x = prepare(at::full({1, 4, 4, 3}, 77, at::kByte), {.standardize = true});
  EXPECT_TRUE(at::isfinite(x).all().item<bool>());
  EXPECT_NEAR(x.abs().max().item<float>(), 0, 1e-4);
}

}  // namespace
}  // namespace cnnbench
