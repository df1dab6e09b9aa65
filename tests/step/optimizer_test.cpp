#include "step/optimizer.hpp"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include "support/tensor.hpp"

namespace cnnbench {
namespace {

std::vector<Parameter> parameters() {
  at::manual_seed(1);
  std::vector<Parameter> list;
  list.push_back({"w", at::randn({4, 3, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true), true, 0});
  list.push_back({"b", at::randn({4}).set_requires_grad(true), false, 0});
  return list;
}

// Ten steps of ours, fused and plain, and of torch::optim from the same start with the same gradients.
template <class Theirs, class Options>
void expect_same(const TrainConfig& config, Options options, double decay) {
  TrainConfig plain = config;
  plain.profile = Profile::tutorial;
  const std::vector<Parameter> fused_ones = parameters(), plain_ones = parameters(), theirs_ones = parameters();
  std::vector<at::Tensor> weights{theirs_ones[0].value}, biases{theirs_ones[1].value};
  Options with_decay = options;
  with_decay.weight_decay(decay);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(weights, std::make_unique<Options>(with_decay));
  groups.emplace_back(biases, std::make_unique<Options>(options));
  Theirs theirs(groups, options);
  Optimizer fused_optimizer(fused_ones, config), plain_optimizer(plain_ones, plain);
  for (int step = 0; step < 10; ++step) {
    for (std::size_t i = 0; i < 2; ++i) {
      const at::Tensor g = at::randn_like(fused_ones[i].value.detach());
      for (const auto* ones : {&fused_ones, &plain_ones, &theirs_ones}) at::Tensor((*ones)[i].value).mutable_grad() = g.clone();
    }
    fused_optimizer.step();
    plain_optimizer.step();
    theirs.step();
  }
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(at::allclose(fused_ones[i].value, theirs_ones[i].value, 1e-5, 1e-6)) << i;
    EXPECT_TRUE(at::allclose(plain_ones[i].value, theirs_ones[i].value, 1e-5, 1e-6)) << i;
  }
}

TEST(Optimizer, AdamIsTorchsWithKerasEpsilon) {
  expect_same<torch::optim::Adam>({.learning_rate = 0.01, .weight_decay = 0.1}, torch::optim::AdamOptions(0.01).eps(1e-7), 0.1);
}

TEST(Optimizer, SgdIsTorchs) {
  expect_same<torch::optim::SGD>({.optimizer = OptimizerKind::sgd, .learning_rate = 0.1}, torch::optim::SGDOptions(0.1), 0.0);
  expect_same<torch::optim::SGD>({.optimizer = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01},
                                 torch::optim::SGDOptions(0.1).momentum(0.9), 0.01);
  expect_same<torch::optim::SGD>({.optimizer = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9, .nesterov = true},
                                 torch::optim::SGDOptions(0.1).momentum(0.9).nesterov(true), 0.0);
}

TEST(MovingAverage, FollowsTensorFlowsRampAndSwaps) {
  std::vector<Parameter> p{{"w", at::zeros({1}).set_requires_grad(true), true, 0}};
  MovingAverage average(p, 0.9999);
  double expected = 0;
  for (int n = 1; n <= 5; ++n) {
    const at::NoGradGuard no_grad;
    p[0].value.fill_(n);
    average.update();
    const double decay = std::min(0.9999, (1.0 + n) / (10.0 + n));
    expected = decay * expected + (1 - decay) * n;
  }
  average.swap();
  EXPECT_NEAR(p[0].value.item<double>(), expected, 1e-5);
  average.swap();
  EXPECT_EQ(p[0].value.item<double>(), 5);
}

}  // namespace
}  // namespace cnnbench
