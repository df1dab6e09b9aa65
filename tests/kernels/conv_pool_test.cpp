#include "kernels/conv_pool.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/conv_pool_overlapping_rows.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

struct Block {
  at::Tensor y, d_weight, d_bias;
};

// The operations one after the other, in double.
Block reference(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& g) {
  const at::Tensor w = weight.to(at::kDouble).detach().clone().set_requires_grad(true);
  const at::Tensor b = bias.to(at::kDouble).detach().clone().set_requires_grad(true);
  const at::Tensor y = w.size(2) == 3 ? at::max_pool2d(at::relu(at::conv2d(x.to(at::kDouble), w, b)), {2, 2})
                                      : at::max_pool2d(at::relu(at::conv2d(x.to(at::kDouble), w, b, {1, 1}, {2, 2})), {3, 3},
                                                       {2, 2}, {0, 0}, {1, 1}, true);
  y.backward(g.to(at::kDouble));
  return {y.detach(), w.grad(), b.grad()};
}

Block ours(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& g) {
  const at::Tensor w = weight.detach().clone().set_requires_grad(true), b = bias.detach().clone().set_requires_grad(true);
  EXPECT_TRUE(has_conv_pool(x, w));
  const at::Tensor y = conv_pool(x, w, b);
  y.backward(g);
  return {y.detach(), w.grad(), b.grad()};
}

at::Tensor picture(std::int64_t n, std::int64_t height, std::int64_t width) {
  return at::rand({n, 3, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
}
at::Tensor weights(std::int64_t filters, int kernel = 3) {
  return at::randn({filters, 3, kernel, kernel}).contiguous(at::MemoryFormat::ChannelsLast);
}

void expect_the_reference(std::int64_t height, std::int64_t width, std::int64_t filters, int kernel) {
  const at::Tensor x = picture(3, height, width), w = weights(filters, kernel), b = at::randn({filters});
  const std::int64_t lost = kernel == 3 ? 2 : 0;
  const at::Tensor g = at::randn({3, filters, (height - lost) / 2, (width - lost) / 2});
  const Block expected = reference(x, w, b, g), got = ours(x, w, b, g);
  const auto near = [](const at::Tensor& a, const at::Tensor& b, double relative, double absolute) {
    return at::allclose(a.to(at::kDouble), b, relative, absolute);
  };
  SCOPED_TRACE(::testing::Message() << height << "x" << width << ", " << filters << " filters of " << kernel);
  EXPECT_TRUE(near(got.y, expected.y, 1e-5, 1e-5));
  EXPECT_TRUE(near(got.d_weight, expected.d_weight, 1e-4, 1e-3));
  EXPECT_TRUE(near(got.d_bias, expected.d_bias, 1e-4, 1e-3));
  EXPECT_EQ(got.d_weight.strides(), w.strides());
}

TEST(ConvPool, IsConvolutionReluAndPoolInOne) {
  at::manual_seed(1);
  for (const auto& [height, width] : {std::pair{4, 4}, {5, 9}, {17, 12}, {64, 64}})
    for (const std::int64_t filters : {16, 32, 80}) expect_the_reference(height, width, filters, 3);
}

TEST(ConvPool, KernelsOfFiveTakeOverlappingWindows) {
  if (!has_conv_pool_overlapping()) GTEST_SKIP() << "no AVX-512 here";
  at::manual_seed(2);
  for (const auto& [height, width] : {std::pair{2, 2}, {4, 10}, {18, 12}, {24, 24}, {30, 26}})
    for (const std::int64_t filters : {16, 64, 80}) expect_the_reference(height, width, filters, 5);
}

// Rounded to few values, so that several places of a window are the greatest: the first one gets the gradient, as in torch.
TEST(ConvPool, TheFirstOfEqualsWins) {
  at::manual_seed(5);
  for (const int kernel : {3, 5}) {
    if (kernel == 5 && !has_conv_pool_overlapping()) continue;
    const at::Tensor x = picture(2, 12, 12).round(),
                     w = at::randn({16, 3, kernel, kernel}).sign().contiguous(at::MemoryFormat::ChannelsLast);
    const std::int64_t out = kernel == 3 ? 5 : 6;
    const at::Tensor b = at::zeros({16}), g = at::randn({2, 16, out, out});
    EXPECT_TRUE(at::allclose(ours(x, w, b, g).d_weight.to(at::kDouble), reference(x, w, b, g).d_weight, 1e-5, 1e-5)) << kernel;
  }
}

TEST(ConvPool, IsTheSameWhateverTheNumberOfThreads) {
  at::manual_seed(3);
  const int threads = at::get_num_threads();
  for (const int kernel : {3, 5}) {
    if (kernel == 5 && !has_conv_pool_overlapping()) continue;
    const std::int64_t out = kernel == 3 ? 14 : 15;
    const at::Tensor x = picture(7, 30, 30), w = weights(80, kernel), b = at::randn({80}), g = at::randn({7, 80, out, out});
    at::set_num_threads(1);
    const Block one = ours(x, w, b, g);
    for (const int count : {2, 5, 64}) {
      at::set_num_threads(count);
      const Block many = ours(x, w, b, g);
      EXPECT_TRUE(at::equal(one.y, many.y)) << count;
      EXPECT_TRUE(at::equal(one.d_weight, many.d_weight)) << count;
      EXPECT_TRUE(at::equal(one.d_bias, many.d_bias)) << count;
    }
    at::set_num_threads(threads);
  }
}

TEST(ConvPool, NeedsNoBias) {
  at::manual_seed(4);
  const at::Tensor x = picture(2, 12, 12), w = weights(16).set_requires_grad(true), none = at::zeros({16});
  const at::Tensor y = conv_pool(x, w, {});
  y.sum().backward();
  const Block expected = ours(x, w, none, at::ones_like(y));
  EXPECT_TRUE(at::equal(y, expected.y));
  EXPECT_TRUE(at::equal(w.grad(), expected.d_weight));
}

TEST(ConvPool, ShowsANan) {
  at::Tensor x = at::ones({1, 3, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  x[0][1][2][3] = -std::nanf("");
  EXPECT_TRUE(at::isnan(conv_pool(x, weights(16), at::zeros({16}))).all().item<bool>());
  if (!has_conv_pool_overlapping()) return;
  EXPECT_TRUE(at::isnan(conv_pool(x, weights(16, 5), at::zeros({16}))).all().item<bool>());
}

TEST(ConvPool, LeavesWhatItCannotToOthers) {
  const at::Tensor x = picture(1, 8, 8);
  EXPECT_TRUE(has_conv_pool(x, weights(16)));
  EXPECT_FALSE(has_conv_pool(x, weights(24)));
  EXPECT_FALSE(has_conv_pool(x.contiguous(), weights(16)));
  EXPECT_FALSE(has_conv_pool(x.to(at::kDouble), weights(16)));
  EXPECT_FALSE(has_conv_pool(x.clone().set_requires_grad(true), weights(16)));
  EXPECT_EQ(has_conv_pool(x, weights(16, 5)), has_conv_pool_overlapping());
  EXPECT_FALSE(has_conv_pool(picture(1, 7, 8), weights(16, 5)));
  EXPECT_FALSE(has_conv_pool(x, weights(16, 7)));
  EXPECT_FALSE(has_conv_pool(picture(1, 3, 8), weights(16)));
}

}  // namespace
}  // namespace cnnbench
