#include "kernels/winograd.hpp"

#include <fmt/format.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/vector_code.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

struct Case {
  std::int64_t pictures, channels, filters, height, width;
  int kernel, pad;  // the same on all sides
  After after;
};

struct Found {
  at::Tensor y, dx, d_weight, d_bias;
};

WinogradOptions options_of(const Case& c) {
  return {.pad_top = c.pad,
          .pad_left = c.pad,
          .conv_height = c.height + 2 * c.pad - c.kernel + 1,
          .conv_width = c.width + 2 * c.pad - c.kernel + 1,
          .after = c.after};
}

// The operations one after the other, in double.
Found reference(const Case& c, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& g) {
  const auto leaf = [](const at::Tensor& t) { return t.to(at::kDouble).detach().clone().set_requires_grad(true); };
  const at::Tensor in = leaf(x), w = leaf(weight), b = leaf(bias);
  at::Tensor y = at::conv2d(in, w, b, {1, 1}, {c.pad, c.pad});
  if (c.after != After::nothing) y = at::relu(y);
  if (c.after == After::pool_relu) y = at::max_pool2d(y, {2, 2});
  y.backward(g.to(at::kDouble));
  return {y.detach(), in.grad(), w.grad(), b.grad()};
}

Found ours(const Case& c, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& g) {
  const auto leaf = [](const at::Tensor& t) { return t.detach().clone().set_requires_grad(true); };
  const at::Tensor in = leaf(x), w = leaf(weight), b = leaf(bias);
  EXPECT_TRUE(has_winograd(in, w));
  const at::Tensor y = winograd(in, w, b, options_of(c));
  y.backward(g);
  return {y.detach(), in.grad(), w.grad(), b.grad()};
}

at::Tensor random(at::IntArrayRef sizes) { return at::randn(sizes).contiguous(at::MemoryFormat::ChannelsLast); }

// The largest difference, in units of the expected values' root mean square.
double error_of(const at::Tensor& got, const at::Tensor& expected) {
  return ((got.to(at::kDouble) - expected).abs().max() / expected.square().mean().sqrt()).item<double>();
}

// Zero where rounding could decide who gets it: where the largest two of a window, 0 among them, are nearly the same.
at::Tensor gradient_for(const Case& c, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  at::Tensor y = at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), {1, 1}, {c.pad, c.pad});
  at::Tensor g = random(y.sizes());
  if (c.after == After::nothing) return g;
  const double near = 1e-3 * y.square().mean().sqrt().item<double>();
  if (c.after == After::relu) return g * y.abs().gt(near);
  const at::Tensor windows = y.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4);
  const at::Tensor first_two = std::get<0>(at::cat({windows, at::zeros_like(windows.narrow(4, 0, 1))}, 4).topk(2, 4));
  const at::Tensor clear = (first_two.select(4, 0) - first_two.select(4, 1)).gt(near);
  return (random(clear.sizes()) * clear).contiguous(at::MemoryFormat::ChannelsLast);
}

class Winograd : public testing::Test {
 protected:
  void SetUp() override { at::manual_seed(1); }
  void TearDown() override { most_vectors = Vectors::avx512; }
};

TEST_F(Winograd, IsTheConvolutionAndWhatFollowsIt) {
  for (const After after : {After::nothing, After::relu, After::pool_relu})
    for (const int kernel : {3, 5})
      for (const int pad : {0, kernel / 2})
        for (const auto& [channels, filters] : {std::pair{16, 16}, {32, 48}, {64, 64}, {96, 32}, {16, 112}})
          for (const auto& [height, width] : {std::pair{6, 6}, {7, 10}, {13, 9}, {29, 30}}) {
            const Case c{3, channels, filters, height, width, kernel, pad, after};
            const at::Tensor x = random({c.pictures, channels, height, width}), w = random({filters, channels, kernel, kernel}),
                             b = at::randn({filters}), g = gradient_for(c, x, w, b);
            const Found expected = reference(c, x, w, b, g), got = ours(c, x, w, b, g);
            const std::string what = fmt::format("{}x{}, {} to {} channels, kernel {}, pad {}, after {}", height, width, channels,
                                                 filters, kernel, pad, static_cast<int>(after));
            EXPECT_LT(error_of(got.y, expected.y), 1e-4) << what;
            EXPECT_LT(error_of(got.dx, expected.dx), 1e-4) << what;
            EXPECT_LT(error_of(got.d_weight, expected.d_weight), 1e-4) << what;
            EXPECT_LT(error_of(got.d_bias, expected.d_bias), 1e-4) << what;
            EXPECT_EQ(got.dx.strides(), x.strides()) << what;
            EXPECT_EQ(got.d_weight.strides(), w.strides()) << what;
          }
}

// What winograd_rows.hpp says of it: on the improved network's largest layer, beside libtorch's own direct convolution.
TEST_F(Winograd, RoundsLittleMoreThanADirectConvolution) {
  const Case c{4, 64, 64, 63, 63, 3, 0, After::nothing};
  const at::Tensor x = at::relu(random({c.pictures, c.channels, c.height, c.width})),
                   w = random({c.filters, c.channels, 3, 3}) / 24, b = at::zeros({c.filters}), g = gradient_for(c, x, w, b);
  const Found exact = reference(c, x, w, b, g), got = ours(c, x, w, b, g);
  const auto rms = [](const at::Tensor& a, const at::Tensor& e) {
    return ((a.to(at::kDouble) - e).square().mean().sqrt() / e.square().mean().sqrt()).item<double>();
  };
  EXPECT_LT(rms(got.y, exact.y), 5e-6);
  EXPECT_LT(rms(got.dx, exact.dx), 5e-6);
  EXPECT_LT(rms(got.d_weight, exact.d_weight), 5e-6);
}

// Whatever tasks a number of threads makes of it: fused with the input's gradient, by slices of channels, of filters and of planes.
TEST_F(Winograd, IsTheSameWhateverTheNumberOfThreads) {
  const int threads = at::get_num_threads();
  for (const Case& c : {Case{7, 32, 32, 30, 30, 3, 1, After::relu}, Case{4, 64, 48, 14, 14, 3, 0, After::pool_relu},
                        Case{3, 48, 64, 12, 12, 5, 2, After::nothing}, Case{2, 16, 16, 8, 8, 3, 0, After::relu}}) {
    const at::Tensor x = random({c.pictures, c.channels, c.height, c.width}),
                     w = random({c.filters, c.channels, c.kernel, c.kernel}), b = at::randn({c.filters}),
                     g = gradient_for(c, x, w, b);
    at::set_num_threads(1);
    const Found one = ours(c, x, w, b, g);
    for (const int count : {2, 5, 64, 200}) {
      SCOPED_TRACE(fmt::format("{} to {} channels, {} threads", c.channels, c.filters, count));
      at::set_num_threads(count);
      const Found many = ours(c, x, w, b, g);
      EXPECT_TRUE(at::equal(one.y, many.y));
      EXPECT_TRUE(at::equal(one.dx, many.dx));
      EXPECT_TRUE(at::equal(one.d_weight, many.d_weight));
      EXPECT_TRUE(at::equal(one.d_bias, many.d_bias));
      const at::Tensor weight = w.clone().set_requires_grad(true), y = winograd(x, weight, b, options_of(c));
      y.backward(g);  // with no gradient of the input
      EXPECT_TRUE(at::equal(one.d_weight, weight.grad()));
    }
  }
  at::set_num_threads(threads);
}

TEST_F(Winograd, IsTheConvolutionWithWhateverVectorsThereAre) {
  for (const Vectors most : {Vectors::none, Vectors::avx2}) {
    most_vectors = most;
    for (const int kernel : {3, 5}) {
      const Case c{3, 32, 48, 13, 9, kernel, 1, After::pool_relu};
      const at::Tensor x = random({c.pictures, 32, 13, 9}), w = random({48, 32, kernel, kernel}), b = at::randn({48}),
                       g = gradient_for(c, x, w, b);
      const Found expected = reference(c, x, w, b, g), got = ours(c, x, w, b, g);
      EXPECT_LT(error_of(got.y, expected.y), 1e-4);
      EXPECT_LT(error_of(got.dx, expected.dx), 1e-4);
      EXPECT_LT(error_of(got.d_weight, expected.d_weight), 1e-4);
      EXPECT_LT(error_of(got.d_bias, expected.d_bias), 1e-4);
    }
  }
}

// A picture's outputs do not depend on who else is in the batch: validation's last, shorter batch gives what the full ones would.
TEST_F(Winograd, TreatsEachPictureByItself) {
  const Case c{5, 16, 32, 14, 14, 3, 0, After::pool_relu};
  const at::Tensor x = random({5, 16, 14, 14}), w = random({32, 16, 3, 3}), b = at::randn({32});
  const at::Tensor all = winograd(x, w, b, options_of(c));
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(at::equal(winograd(x.narrow(0, i, 1).contiguous(at::MemoryFormat::ChannelsLast), w, b, options_of(c)),
                          all.narrow(0, i, 1)));
}

TEST_F(Winograd, ShowsANan) {
  for (const After after : {After::nothing, After::relu, After::pool_relu}) {
    const Case c{1, 16, 16, 8, 8, 3, 0, after};
    at::Tensor x = random({1, 16, 8, 8});
    x[0][3][2][2] = -std::nanf("");
    EXPECT_TRUE(at::isnan(winograd(x, random({16, 16, 3, 3}), at::zeros({16}), options_of(c))).any().item<bool>());
  }
}

TEST_F(Winograd, NeedsNoBiasAndNoGradientOfItsInput) {
  const Case c{2, 16, 16, 9, 9, 3, 0, After::relu};
  const at::Tensor x = random({2, 16, 9, 9}), none = at::zeros({16});
  const at::Tensor w = random({16, 16, 3, 3}), g = gradient_for(c, x, w, none);
  const at::Tensor leaf = w.clone().set_requires_grad(true);
  winograd(x, leaf, {}, options_of(c)).backward(g);
  EXPECT_TRUE(at::equal(leaf.grad(), ours(c, x, w, none, g).d_weight));
}

TEST_F(Winograd, LeavesWhatItCannotToOthers) {
  const at::Tensor x = random({1, 16, 8, 8}), w = random({32, 16, 3, 3});
  EXPECT_TRUE(has_winograd(x, w));
  EXPECT_TRUE(has_winograd(x, random({32, 16, 5, 5})));
  EXPECT_FALSE(has_winograd(x, random({24, 16, 3, 3})));
  EXPECT_FALSE(has_winograd(random({1, 3, 8, 8}), random({32, 3, 3, 3})));
  EXPECT_FALSE(has_winograd(x, random({32, 16, 7, 7})));
  EXPECT_FALSE(has_winograd(x, random({32, 16, 1, 1})));
  EXPECT_FALSE(has_winograd(x.contiguous(), w));
  EXPECT_FALSE(has_winograd(x.to(at::kDouble), w));
  EXPECT_FALSE(has_winograd(x.to(at::kBFloat16), w.to(at::kBFloat16)));
}

}  // namespace
}  // namespace cnnbench
