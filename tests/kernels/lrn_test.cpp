#include "kernels/lrn.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/nn/functional/normalization.h>

#include <cmath>

#include "kernels/autocast.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

// Plain loops over the formula, in double.
at::Tensor reference(const at::Tensor& x, const LrnOptions& o) {
  const at::Tensor in = x.to(at::kDouble).contiguous();
  at::Tensor out = at::empty_like(in);
  const auto a = in.accessor<double, 4>();
  auto b = out.accessor<double, 4>();
  for (std::int64_t n = 0; n < x.size(0); ++n)
    for (std::int64_t h = 0; h < x.size(2); ++h)
      for (std::int64_t w = 0; w < x.size(3); ++w)
        for (std::int64_t c = 0; c < x.size(1); ++c) {
          double sum = 0;
          for (std::int64_t j = std::max<std::int64_t>(0, c - o.radius); j <= std::min(x.size(1) - 1, c + o.radius); ++j)
            sum += a[n][j][h][w] * a[n][j][h][w];
          b[n][c][h][w] = a[n][c][h][w] * std::pow(o.k + o.alpha * sum, -o.beta);
        }
  return out;
}

at::Tensor pixels(std::initializer_list<std::int64_t> shape, at::ScalarType type = at::kFloat) {
  return at::randn(shape, at::TensorOptions().dtype(type)).mul_(5).contiguous(at::MemoryFormat::ChannelsLast);
}

TEST(Lrn, MatchesTheFormulaForAnyNumberOfChannels) {
  at::manual_seed(1);
  for (const int channels : {1, 3, 8, 9, 17, 64, 100})
    for (const LrnOptions& o : {LrnOptions{}, LrnOptions{.radius = 2, .k = 2, .alpha = 0.1, .beta = 0.5},
                                LrnOptions{.radius = 0, .alpha = 1}, LrnOptions{.radius = 7, .alpha = 0.1}}) {
      const at::Tensor x = pixels({2, channels, 5, 3}), expected = reference(x, o);
      EXPECT_TRUE(at::allclose(local_response_norm(x, o).to(at::kDouble), expected, 1e-5, 1e-6)) << channels;
      EXPECT_TRUE(at::allclose(local_response_norm(x.to(at::kDouble), o), expected, 1e-9, 1e-9)) << channels;  // the other way
      const at::Tensor narrow = x.to(at::kBFloat16);
      EXPECT_TRUE(at::allclose(local_response_norm(narrow, o).to(at::kDouble), reference(narrow, o), 4e-3, 1e-6)) << channels;
    }
}

TEST(Lrn, IsTorchsOwnWithTheTutorialsNumbers) {
  at::manual_seed(2);
  const at::Tensor x = pixels({4, 64, 12, 12});
  namespace F = torch::nn::functional;
  const at::Tensor theirs = F::local_response_norm(x, F::LocalResponseNormFuncOptions(9).alpha(0.001).beta(0.75).k(1));
  EXPECT_TRUE(at::allclose(local_response_norm(x, {}), theirs, 1e-5, 1e-6));
}

TEST(Lrn, GradientIsTheNumericalOne) {
  at::manual_seed(3);
  for (const LrnOptions& o : {LrnOptions{.alpha = 0.1}, LrnOptions{.radius = 1, .k = 2, .alpha = 0.3, .beta = 0.6}}) {
    at::Tensor x = pixels({1, 11, 2, 2}, at::kDouble);
    const at::Tensor g = at::randn_like(x);
    const at::Tensor xg = x.clone().set_requires_grad(true);
    (local_response_norm(xg, o) * g).sum().backward();
    const double step = 1e-5;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      at::Tensor up = x.clone(), down = x.clone();
      up.permute({0, 2, 3, 1}).view({-1})[i] += step;
      down.permute({0, 2, 3, 1}).view({-1})[i] -= step;
      const double numerical = (((reference(up, o) - reference(down, o)) * g).sum() / (2 * step)).item<double>();
      EXPECT_NEAR(xg.grad().permute({0, 2, 3, 1}).reshape({-1})[i].item<double>(), numerical, 1e-6);
    }
  }
}

TEST(Lrn, TakesAnyMemoryOrderAndAnEmptyBatch) {
  const at::Tensor x = pixels({2, 5, 4, 3}), plain = x.contiguous();
  EXPECT_TRUE(at::equal(local_response_norm(plain, {}), local_response_norm(x, {})));
  const at::Tensor leaf = plain.clone().set_requires_grad(true), other = x.clone().set_requires_grad(true);
  local_response_norm(leaf, {.alpha = 0.1}).backward(plain);
  local_response_norm(other, {.alpha = 0.1}).backward(x);
  EXPECT_TRUE(at::equal(leaf.grad(), other.grad()));
  EXPECT_EQ(local_response_norm(at::empty({0, 8, 2, 2}), {}).numel(), 0);
}

TEST(Lrn, BfloatRoundsToTheNearestAndKeepsNans) {
  const float nan = std::nanf("");
  at::Tensor x = at::tensor({1.0F, -3.0F, 0.1F, nan}).view({1, 4, 1, 1}).to(at::kBFloat16);
  const at::Tensor y = local_response_norm(x, {.radius = 0, .k = 1, .alpha = 0}).flatten();
  EXPECT_TRUE(at::equal(y.narrow(0, 0, 3), x.flatten().narrow(0, 0, 3)));
  EXPECT_TRUE(at::isnan(y[3]).item<bool>());
}

TEST(Lrn, IsTheSameWhateverTheNumberOfThreads) {
  at::manual_seed(5);
  const at::Tensor x = pixels({7, 19, 31, 11});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = local_response_norm(x, {.alpha = 0.1});
  at::set_num_threads(2);
  const at::Tensor two = local_response_norm(x, {.alpha = 0.1});
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one, two));
}

// What CUDA's kernels are checked against must not be rounded by the step that asks for them first.
TEST(Lrn, TheProductsAreExactOnlyWithoutAutocast) {
  at::manual_seed(6);
  const at::Tensor x = pixels({2, 11, 5, 3});
  const at::Tensor exact = lrn_by_products(x, {}, {.alpha = 0.1});
  const Autocast on(at::kCPU, true);
  EXPECT_FALSE(at::allclose(lrn_by_products(x, {}, {.alpha = 0.1}), exact, 1e-4, 1e-4));
  const Autocast off(at::kCPU, false);
  EXPECT_TRUE(at::equal(lrn_by_products(x, {}, {.alpha = 0.1}), exact));
}

TEST(Lrn, FloatGradientIsTheDoubleOne) {
  at::manual_seed(4);
  const at::Tensor x = pixels({3, 64, 6, 6}, at::kDouble), g = pixels({3, 64, 6, 6}, at::kDouble);
  const auto gradient = [&](at::ScalarType type) {
    const at::Tensor leaf = x.to(type).clone().set_requires_grad(true);
    local_response_norm(leaf, {.alpha = 0.01}).backward(g.to(type));
    return leaf.grad().to(at::kDouble);
  };
  EXPECT_TRUE(at::allclose(gradient(at::kFloat), gradient(at::kDouble), 1e-4, 1e-4));
  EXPECT_TRUE(at::allclose(gradient(at::kBFloat16), gradient(at::kDouble), 0.05, 0.1));
}

}  // namespace
}  // namespace cnnbench
