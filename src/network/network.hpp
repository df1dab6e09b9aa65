// A planned network as torch operations: named float32 parameters and one forward function per layer.
// Input [N, 3, H, W] in channels_last, output logits [N, outputs]. Not a torch::nn::Module: a list of tensors is what the
// fused optimizers, the checkpoint and the moving average want.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cnnbench/model/plan.hpp"
#include "kernels/tensor.hpp"

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

using LayerFunction = std::function<at::Tensor(const at::Tensor&, bool training)>;

// Where an operation of our own stands beside libtorch's: a layer, or a convolution with the max pool that follows it.
struct KernelPlace {
  std::string layer;                                 // "conv_1"; of a convolution with its pool: the convolution's
  std::string kernel;                                // of our own: "winograd_4x4", "conv_pool", "max_pool", "lrn"
  std::string covers{};                              // the max pool that ours takes along
  std::shared_ptr<bool> own;                         // whether the network runs ours here, where it can take what comes
  LayerFunction run{};                               // one or the other, as *own says
  std::function<bool(const at::Tensor& x)> takes{};  // whether ours can take x, which is what the layer gets
  std::vector<at::Tensor> parameters{};
  Shape in{};
  double flops = 0;                          // forward, per picture, of libtorch's; estimated where the plan counts none
  std::string shape;                         // the same for layers that compute the same
  bool float32_only = false, first = false;  // first: of the network, where no gradient of x is wanted
};

struct Network {
  Plan plan;
  std::vector<Parameter> parameters;
  std::vector<Buffer> buffers;
  std::vector<LayerFunction> layers;
  // Of synchronized batch normalization: whether the batch's pictures are in the statistics (a rank that has none of a short batch
  // computes one that does not count). Null: there is none.
  std::shared_ptr<bool> batch_counts{};
  std::vector<KernelPlace> places{};  // a pool before the convolution that may take it along

  at::Tensor forward(at::Tensor x, bool training) const {
    for (const auto& layer : layers) x = layer(x, training);
    return x;
  }
};

// Which operations make up a network: the same function of the same weights.
struct Kernels {
  bool plain = false;           // one by one as written, in NCHW, as tutorials and eager frameworks run them; none is our own
  bool all = true;              // our own wherever they can take what comes
  std::set<std::string> own{};  // else for these layers
  bool has(const std::string& layer) const { return !plain && (all || own.contains(layer)); }
};
inline Kernels library_kernels() { return {.all = false}; }
inline Kernels plain_kernels() { return {.plain = true, .all = false}; }

// How batch normalization knows the other ranks' pictures. Called by all ranks alike, in the same order.
struct RankStatistics {
  std::function<std::vector<at::Tensor>(const at::Tensor&)> gather;  // every rank's
  std::function<void(at::Tensor&)> sum;                              // in place
};

// Weights are drawn from `seed` on the CPU, the same for every device, then moved; 4-d ones become channels_last, but for plain
// kernels.
Network build_network(const Plan&, std::uint64_t seed, const at::Device&, const Kernels& = {},
                      const std::optional<RankStatistics>& = {});

}  // namespace cnnbench
