// Two ranks, each a thread here, normalize two parts of a batch as one process normalizes the whole.
#include "network/sync_batch_norm.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

namespace cnnbench {
namespace {

constexpr double keep = 0.9, epsilon = 1e-3;

class TwoRanks {
 public:
  RankStatistics of(std::size_t rank) {
    return {.gather =
                [this, rank](const at::Tensor& t) {
                  given_[rank] = t.clone();
                  all_here_.arrive_and_wait();
                  const std::vector<at::Tensor> all{given_[0], given_[1]};
                  all_here_.arrive_and_wait();
                  return all;
                },
            .sum =
                [this, rank](at::Tensor& t) {
                  given_[rank] = t.clone();
                  all_here_.arrive_and_wait();
                  t = given_[0] + given_[1];
                  all_here_.arrive_and_wait();
                }};
  }

 private:
  std::array<at::Tensor, 2> given_;
  std::barrier<> all_here_{2};
};

struct Normalized {
  at::Tensor y, dx, dscale, dshift, mean, variance;
};

at::Tensor start_of(int which) {
  return which == 0 ? at::tensor({1.5, 0.5, -1.0}).to(at::kFloat) : at::tensor({0.1, 0.2, 0.3}).to(at::kFloat);
}

template <class Function>
Normalized run(const at::Tensor& pictures, const at::Tensor& dy, const Function& f) {
  const at::Tensor x = pictures.clone().requires_grad_(), scale = start_of(0).requires_grad_(),
                   shift = start_of(1).requires_grad_();
  Normalized out{.y = {}, .dx = {}, .dscale = {}, .dshift = {}, .mean = at::zeros({3}), .variance = at::ones({3})};
  const at::Tensor y = f(x, scale, shift, out.mean, out.variance);
  y.backward(dy);
  out.y = y.detach();
  out.dx = x.grad();
  out.dscale = scale.grad();
  out.dshift = shift.grad();
  return out;
}

// `second`: pictures of the second rank; 0: one that does not count.
void expect_as_one(std::int64_t first, std::int64_t second) {
  at::manual_seed(5);
  const std::int64_t n = first + second;
  const at::Tensor x = (at::randn({n, 3, 4, 5}) * 3 + 100).contiguous(at::MemoryFormat::ChannelsLast), dy = at::randn({n, 3, 4, 5});
  const Normalized whole = run(x, dy, [](auto& v, auto& scale, auto& shift, auto& mean, auto& variance) {
    return at::batch_norm(v, scale, shift, mean, variance, true, 1 - keep, epsilon, true);
  });
  TwoRanks ranks;
  std::array<Normalized, 2> parts;
  {
    std::vector<std::jthread> threads;
    for (std::size_t rank = 0; rank < 2; ++rank)
      threads.emplace_back([&, rank] {
        const std::int64_t begin = rank == 0 ? 0 : first, count = rank == 0 ? first : second;
        const bool counts = count > 0;
        const at::Tensor own = counts ? x.narrow(0, begin, count) : at::full({1, 3, 4, 5}, 1e6);
        const at::Tensor down = counts ? dy.narrow(0, begin, count) : at::zeros({1, 3, 4, 5});
        const RankStatistics statistics = ranks.of(rank);
        parts[rank] = run(own, down, [&](auto& v, auto& scale, auto& shift, auto& mean, auto& variance) {
          return sync_batch_norm(v, scale, shift, mean, variance, keep, epsilon, statistics, counts);
        });
      });
  }
  const auto joined = [&](at::Tensor Normalized::*of) { return second > 0 ? at::cat({parts[0].*of, parts[1].*of}) : parts[0].*of; };
  EXPECT_TRUE(at::allclose(joined(&Normalized::y), whole.y, 1e-4, 1e-4));
  EXPECT_TRUE(at::allclose(joined(&Normalized::dx), whole.dx, 1e-4, 1e-4));
  EXPECT_TRUE(at::allclose(parts[0].dscale + parts[1].dscale, whole.dscale, 1e-4, 1e-3));
  EXPECT_TRUE(at::allclose(parts[0].dshift + parts[1].dshift, whole.dshift, 1e-4, 1e-3));
  for (const Normalized& part : parts) {
    EXPECT_TRUE(at::allclose(part.mean, whole.mean, 1e-5, 1e-5));
    EXPECT_TRUE(at::allclose(part.variance, whole.variance, 1e-4, 1e-5));
  }
  if (second == 0) {
    EXPECT_EQ(parts[1].dx.abs().max().item<float>(), 0);
  }
}

TEST(SyncBatchNorm, PartsAreNormalizedAsTheWhole) {
  expect_as_one(4, 4);
  expect_as_one(5, 2);
}

TEST(SyncBatchNorm, ARankWithoutPicturesTakesPartWithoutCounting) { expect_as_one(3, 0); }

}  // namespace
}  // namespace cnnbench
