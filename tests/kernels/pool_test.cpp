#include "kernels/pool.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/tensor.hpp"

namespace cnnbench {
namespace {

struct Case {
  int size, stride;
  std::int64_t height, width, out_height, out_width;
};

// What torch makes of it, in float32 (as it has no faster way to be right), and its gradient.
struct Pooled {
  at::Tensor y, dx;
};

Pooled by_torch(const at::Tensor& x, const at::Tensor& g, const Case& c, bool relu) {
  const at::Tensor leaf = x.detach().clone().set_requires_grad(true);
  const bool ceil = (c.out_height - 1) * c.stride + c.size > c.height || (c.out_width - 1) * c.stride + c.size > c.width;
  at::Tensor y = at::max_pool2d(relu ? at::relu(leaf) : leaf, {c.size, c.size}, {c.stride, c.stride}, {0, 0}, {1, 1}, ceil);
  y.backward(g);
  return {y.detach(), leaf.grad()};
}

Pooled by_us(const at::Tensor& x, const at::Tensor& g, const Case& c, bool relu) {
  const at::Tensor leaf = x.detach().clone().set_requires_grad(true);
  const at::Tensor y =
      max_pool(leaf, {.out_height = c.out_height, .out_width = c.out_width, .size = c.size, .stride = c.stride, .relu = relu});
  y.backward(g);
  return {y.detach(), leaf.grad()};
}

constexpr Case cases[] = {{2, 2, 8, 6, 4, 3},   // windows side by side
                          {2, 2, 9, 7, 4, 3},   // a rest that no window covers
                          {3, 2, 8, 10, 4, 5},  // SAME: overlapping, beyond the end
                          {3, 2, 9, 9, 4, 4},   // VALID
                          {3, 1, 6, 5, 4, 3},   // nine windows an element
                          {2, 3, 8, 8, 3, 3},   // holes between windows
                          {1, 2, 5, 5, 3, 3},  {5, 5, 12, 10, 3, 2}};

at::Tensor numbers(at::IntArrayRef shape, at::ScalarType type) {
  // Few values: many ties, and halves of them negative.
  return at::randint(-6, 7, shape, at::kFloat).to(type).contiguous(at::MemoryFormat::ChannelsLast);
}

TEST(Pool, IsExactlyTorchsWithAndWithoutRelu) {
  at::manual_seed(1);
  for (const Case& c : cases)
    for (const bool relu : {false, true})
      for (const std::int64_t channels : {1, 3, 32, 67})
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kDouble}) {
          const at::Tensor x = numbers({2, channels, c.height, c.width}, type),
                           g = numbers({2, channels, c.out_height, c.out_width}, type);
          const Pooled theirs = by_torch(x.to(at::kFloat), g.to(at::kFloat), c, relu), ours = by_us(x, g, c, relu);
          EXPECT_EQ(ours.y.scalar_type(), type);
          EXPECT_TRUE(at::equal(ours.y.to(at::kFloat), theirs.y))
              << c.size << "/" << c.stride << " relu " << relu << " " << channels << type;
          EXPECT_TRUE(at::equal(ours.dx.to(at::kFloat), theirs.dx))
              << c.size << "/" << c.stride << " relu " << relu << " " << channels << type;
        }
}

TEST(Pool, TakesAnyMemoryOrderAndNumberOfThreads) {
  at::manual_seed(2);
  const Case c{3, 2, 24, 24, 12, 12};
  const at::Tensor x = at::randn({9, 40, 24, 24}), g = at::randn({9, 40, 12, 12});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Pooled one = by_us(x, g, c, true);
  at::set_num_threads(2);
  const Pooled two = by_us(x.contiguous(at::MemoryFormat::ChannelsLast), g.contiguous(at::MemoryFormat::ChannelsLast), c, true);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one.y, two.y));
  EXPECT_TRUE(at::equal(one.dx, two.dx));
}

// A diverged network must be seen: whichever sign the NaN has, and from whichever place of the window.
TEST(Pool, NeverLosesANan) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16})
    for (const bool relu : {false, true})
      for (const float nan : {std::nanf(""), -std::nanf("")})
        for (int place = 0; place < 4; ++place) {
          at::Tensor x = at::full({1, 1, 2, 2}, 3.0, at::TensorOptions().dtype(type));
          x.view({4})[place] = nan;
          const at::Tensor y = max_pool(x, {.out_height = 1, .out_width = 1, .relu = relu});
          EXPECT_TRUE(at::isnan(y).all().item<bool>()) << relu << place;
        }
}

TEST(Pool, InfinitiesAreNumbers) {
  const float inf = INFINITY;
  const at::Tensor x = at::tensor({-inf, -1.0F, inf, 2.0F}).view({1, 1, 2, 2});
  EXPECT_EQ(max_pool(x, {.out_height = 1, .out_width = 1, .relu = true}).item<float>(), inf);
  EXPECT_EQ(max_pool(-x, {.out_height = 1, .out_width = 1}).item<float>(), inf);
  EXPECT_EQ(max_pool(at::full({1, 1, 2, 2}, -inf), {.out_height = 1, .out_width = 1}).item<float>(), -inf);
  EXPECT_EQ(max_pool(at::full({1, 1, 2, 2}, -inf), {.out_height = 1, .out_width = 1, .relu = true}).item<float>(), 0);
}

}  // namespace
}  // namespace cnnbench
