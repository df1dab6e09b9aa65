// A planned network as torch operations: named float32 parameters and one forward function per layer.
// Input [N, 3, H, W] in channels_last, output logits [N, outputs]. Not a torch::nn::Module: a list of tensors is what the
// fused optimizers, the checkpoint and the moving average want.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "cnnbench/model/plan.hpp"

namespace cnnbench {

struct Parameter {
  std::string name;         // "conv_1.weight"
  at::Tensor value;         // leaf, requires_grad
  bool decays = false;      // weights do, biases and batch norm do not
  double weight_decay = 0;  // this layer's own, on top of train.weight_decay
};

struct Buffer {
  std::string name;  // "batch_norm_1.running_mean"
  at::Tensor value;
};

struct Network {
  Plan plan;
  std::vector<Parameter> parameters;
  std::vector<Buffer> buffers;
  std::vector<std::function<at::Tensor(const at::Tensor&, bool training)>> layers;

  at::Tensor forward(at::Tensor x, bool training) const {
    for (const auto& layer : layers) x = layer(x, training);
    return x;
  }
};

// fast: what this program is for. library: the same with libtorch's convolutions in place of our own. plain: the operations one
// by one as written, in NCHW, as tutorials and eager frameworks run them. The same function of the same weights.
enum class Style { fast, library, plain };
Style style_of(const TrainConfig&);

// Weights are drawn from `seed` on the CPU, the same for every device, then moved; but with Style::plain 4-d ones become
// channels_last.
Network build_network(const Plan&, std::uint64_t seed, const at::Device&, Style = Style::fast);

}  // namespace cnnbench
