// What Learner::state() lists is all that training depends on: a learner that was somewhere else, given that, goes on as the first
// one would have; and without any one item of it, it does not.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <map>

#include "step/learner.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

// Something of each kind that keeps something.
ModelConfig layers() {
  return {.layers = {{.type = LayerType::conv, .filters = 4, .kernel = 3, .padding = Padding::same},
                     {.type = LayerType::batch_norm},
                     {.type = LayerType::activation, .activation = Activation::relu},
                     {.type = LayerType::flatten},
                     {.type = LayerType::dropout, .rate = 0.5},
                     {.type = LayerType::dense, .units = 1}}};
}

struct Made {
  explicit Made(const TrainConfig& train, std::uint64_t seed) {
    at::set_num_threads(1);  // of steps so small more would wait for each other
    at::manual_seed(seed);
    Network network = build_network(plan_network(layers(), {8, 8}, 2), seed, at::kCPU);
    learner.emplace(std::move(network), train, Input{.preprocess = {}}, false, clock);
    learner->steps().keep_losses(5);
  }
  void train(int from, int to) {
    for (int step = from; step < to; ++step) {
      auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(step));
      learner->train({.pixels = at::randint(0, 256, {4, 8, 8, 3}, generator, at::kByte),
                      .labels = at::randint(0, 2, {4}, generator, at::kLong),
                      .draws = {},
                      .indices = {}});
    }
  }
  std::map<std::string, at::Tensor> state() {
    std::map<std::string, at::Tensor> out;
    for (const StateItem& item : learner->state()) out[item.name] = item.get().clone();
    return out;
  }
  PhaseClock clock;
  std::optional<Learner> learner;
};

bool equal(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  for (const auto& [name, value] : a)
    if (!at::equal(value, b.at(name))) return false;
  return a.size() == b.size();
}

constexpr int cut = 3, end = 7;

// `without`: what of the state is left out; empty: nothing.
std::map<std::string, at::Tensor> gone_on(const TrainConfig& train, const std::map<std::string, at::Tensor>& state,
                                          const std::string& without) {
  Made other(train, 99);
  other.train(100, 102);
  for (const StateItem& item : other.learner->state())
    if (item.name != without) item.set(state.at(item.name).clone());
  other.train(cut, end);
  return other.state();
}

std::vector<TrainConfig> configs() {
  TrainConfig adam, sgd, plain;
  adam.moving_average = 0.9;
  adam.weight_decay = 0.01;
  sgd.optimizer = OptimizerKind::sgd;
  sgd.momentum = 0.9;
  sgd.nesterov = true;
  sgd.learning_rate = 0.01;
  plain.profile = Profile::tutorial;
  return {adam, sgd, plain};
}

TEST(LearnerState, IsAllThatTrainingDependsOn) {
  for (const TrainConfig& train : configs()) {
    Made whole(train, 1);
    whole.train(0, cut);
    const auto state = whole.state();
    whole.train(cut, end);
    EXPECT_TRUE(equal(gone_on(train, state, ""), whole.state())) << name_of(train.optimizer);
  }
}

TEST(LearnerState, EveryItemOfItIsNeeded) {
  for (const TrainConfig& train : configs()) {
    Made whole(train, 1);
    whole.train(0, cut);
    const auto state = whole.state();
    whole.train(cut, end);
    const auto wanted = whole.state();
    for (const auto& [name, value] : state) EXPECT_FALSE(equal(gone_on(train, state, name), wanted)) << name;
  }
}

}  // namespace
}  // namespace cnnbench
