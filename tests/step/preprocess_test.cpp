#include "step/preprocess.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensor.hpp"

namespace cnnbench {
namespace {

at::Tensor random_pictures(std::int64_t n, std::int64_t side) {
  at::manual_seed(1);
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

// ImageDataGenerator.standardize() of Keras, in plain loops: rescale, the picture's own mean and deviation, the channels'.
TEST(Prepare, SamplewiseAndPerChannelNormalizationAreKeras) {
  const int side = 5;
  const at::Tensor bytes = random_pictures(2, side);
  const auto in = bytes.accessor<std::uint8_t, 4>();
  for (const bool center : {false, true})
    for (const bool deviation : {false, true})
      for (const bool channels : {false, true}) {
        Preprocess p{.rescale = 0.25, .samplewise_center = center, .samplewise_std_normalization = deviation};
        if (channels) p.channel_mean = {0.5, -1, 2}, p.channel_std = {2, 0.5, 4};
        const at::Tensor x = prepare(bytes, p).contiguous();
        const auto out = x.accessor<float, 4>();
        for (int n = 0; n < 2; ++n) {
          const auto value = [&](int i) { return 0.25 * in[n][i / 3 / side][i / 3 % side][i % 3]; };
          const int count = side * side * 3;
          double mean = 0, variance = 0;
          for (int i = 0; i < count; ++i) mean += value(i) / count;
          for (int i = 0; i < count; ++i) variance += std::pow(value(i) - mean, 2) / count;
          for (int i = 0; i < count; ++i) {
            const auto c = static_cast<std::size_t>(i % 3);
            double want = value(i);
            if (center) want -= mean;
            if (deviation) want /= std::sqrt(variance) + 1e-6;
            if (channels) want = (want - (*p.channel_mean)[c]) / (*p.channel_std)[c];
            ASSERT_NEAR(out[n][i % 3][i / 3 / side][i / 3 % side], want, 2e-4) << center << deviation << channels;
          }
        }
        EXPECT_TRUE(prepare(bytes, p).is_contiguous(at::MemoryFormat::ChannelsLast));
      }
}

TEST(Prepare, AUniformPictureHasNoDeviationToDivideBy) {
  const at::Tensor x =
      prepare(at::full({1, 4, 4, 3}, 77, at::kByte), {.samplewise_center = true, .samplewise_std_normalization = true});
  EXPECT_TRUE(at::isfinite(x).all().item<bool>());
}

TEST(Prepare, AUniformPictureStaysFinite) {
  const at::Tensor x = prepare(at::full({1, 4, 4, 3}, 77, at::kByte), {.standardize = true});
  EXPECT_TRUE(at::isfinite(x).all().item<bool>());
  EXPECT_NEAR(x.abs().max().item<float>(), 0, 1e-4);
}

}  // namespace
}  // namespace cnnbench
