// Batches whose gradients are added up step as one batch of all their pictures.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "step/learner.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

ModelConfig layers() {
  return {.layers = {{.type = LayerType::conv, .filters = 4, .kernel = 3, .padding = Padding::same},
                     {.type = LayerType::activation, .activation = Activation::relu},
                     {.type = LayerType::flatten},
                     {.type = LayerType::dense, .units = 1}}};
}

struct Trained {
  explicit Trained(const TrainConfig& train)
      : learner(build_network(plan_network(layers(), {8, 8}, 2), 1, at::kCPU, library_kernels()), train, Input{.preprocess = {}},
                false, clock) {
    at::set_num_threads(1);
  }
  void batch(std::int64_t from, std::int64_t to, bool updates) {
    learner.train({.pixels = pixels.slice(0, from, to), .labels = labels.slice(0, from, to), .draws = {}, .indices = {}}, updates);
  }
  std::vector<at::Tensor> weights() const {
    std::vector<at::Tensor> out;
    for (const Parameter& p : learner.network().parameters) out.push_back(p.value.detach().clone());
    return out;
  }
  at::Generator generator = at::detail::createCPUGenerator(7);
  at::Tensor pixels = at::randint(0, 256, {20, 8, 8, 3}, generator, at::kByte),
             labels = at::randint(0, 2, {20}, generator, at::kLong);
  PhaseClock clock;
  Learner learner;
};

bool close(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::allclose(a[i], b[i], 1e-5, 1e-6)) return false;
  return true;
}

TEST(Accumulation, ThreeBatchesStepAsOneOfAllTheirPictures) {
  const TrainConfig sgd{.optimizer = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9, .moving_average = 0.9};
  Trained whole(sgd), parts(sgd);
  const auto first = whole.weights();
  for (int update = 0; update < 3; ++update) {
    whole.batch(0, 20, true);
    parts.batch(0, 8, false);
    parts.batch(8, 16, false);
    EXPECT_FALSE(close(parts.weights(), whole.weights())) << "nothing has stepped yet";
    parts.batch(16, 20, true);  // a short one weighs as its pictures
    EXPECT_TRUE(close(parts.weights(), whole.weights())) << update;
  }
  EXPECT_FALSE(close(whole.weights(), first));
  EXPECT_EQ(parts.learner.steps().totals().pictures, 60u);
  EXPECT_NEAR(parts.learner.steps().totals().loss, whole.learner.steps().totals().loss, 1e-5);
  const auto averaged_parts = parts.learner.averaged();
  const auto averaged_whole = whole.learner.averaged();
  EXPECT_TRUE(close(parts.weights(), whole.weights())) << "the moving average counts updates, not batches";
}

}  // namespace
}  // namespace cnnbench
