#include "step/precision.hpp"

#include <vector>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/measure/clearly_faster.hpp"
#include "network/network.hpp"
#include "step/optimizer.hpp"
#include "step/step.hpp"

namespace cnnbench {
namespace {

// float32 is what the figures of others are in, and a step of a probe is not the run's: a gain below this is none.
constexpr double margin = 0.05;

struct Candidate {
  Candidate(const Experiment& e, const Plan& plan, const at::Device& device, const Kernels& kernels, bool bfloat16)
      : network(build_network(plan, 0, device, kernels)),
        steps(network, {.preprocess = preprocess_of(e.augment)}, bfloat16),
        optimizer(network.parameters, e.train) {}
  Network network;
  Steps steps;
  Optimizer optimizer;
};

double time_of(Candidate& c, const DeviceBatch& batch) {
  const double before = seconds_now();
  c.steps.train(batch, c.optimizer);
  c.steps.totals();  // waits for the device
  return seconds_now() - before;
}

}  // namespace

bool choose_bfloat16(const Experiment& e, const Plan& plan, const at::Device& device,
                     const std::function<Kernels(bool bfloat16)>& kernels) {
  if (e.train.profile == Profile::tutorial) return false;
  if (e.train.precision != Precision::automatic) return e.train.precision == Precision::bfloat16;
  const auto options = at::TensorOptions().device(device);
  const DeviceBatch batch{
      .pixels = at::full({e.loader.batch_size, plan.input.height, plan.input.width, 3}, 100, options.dtype(at::kByte)),
      .labels = at::zeros({e.loader.batch_size}, options.dtype(at::kLong)),
      .draws = {},
      .indices = {}};
  Candidate wide(e, plan, device, kernels(false), false), narrow(e, plan, device, kernels(true), true);
  std::vector<double> wide_seconds, narrow_seconds;
  try {
    // In turns, so that a busy moment of the machine hits both; the first of each warms up.
    for (int round = 0; round < 8; ++round) {
      const double w = time_of(wide, batch), n = time_of(narrow, batch);
      if (round == 0) continue;
      wide_seconds.push_back(w);
      narrow_seconds.push_back(n);
    }
  } catch (const c10::Error&) {
    if (!device.is_cpu()) throw;
    return false;  // some processors have no bfloat16 convolution gradient
  }
  return clearly_faster(narrow_seconds, wide_seconds, margin);
}

}  // namespace cnnbench
