#include "network/library_layers.hpp"

#include <limits>

namespace cnnbench {

at::Tensor activate(const at::Tensor& x, Activation kind) {
  switch (kind) {
    case Activation::none:
      return x;
    case Activation::relu:
      return at::relu(x);
    case Activation::leaky_relu:
      return at::leaky_relu(x, 0.2);  // Keras' slope
    case Activation::elu:
      return at::elu(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::softmax:  // only as the last one, where the loss has it (model/plan.cpp)
      break;
  }
  return x;
}

LayerFunction library_convolution(const PlannedLayer& p, const at::Tensor& w, const at::Tensor& b, Activation activation) {
  const LayerConfig& c = p.config;
  const auto [top, bottom, left, right] = p.pads;
  const bool even = top == bottom && left == right;
  const std::vector<std::int64_t> padding = even ? std::vector<std::int64_t>{top, left} : std::vector<std::int64_t>{0, 0};
  const std::vector<std::int64_t> uneven{left, right, top, bottom};
  return [=, stride = c.stride, dilation = c.dilation, groups = c.groups](const at::Tensor& x, bool) {
    const at::Tensor in = even ? x : at::constant_pad_nd(x, uneven, 0);
    return activate(at::conv2d(in, w, b, {stride, stride}, padding, {dilation, dilation}, groups), activation);
  };
}

bool padded_at_end(const PlannedLayer& p) {
  const auto [top, bottom, left, right] = p.pads;
  return top == 0 && left == 0 && bottom < p.config.stride && right < p.config.stride;
}

LayerFunction library_pool(const PlannedLayer& p, bool relu) {
  const LayerConfig& c = p.config;
  if (c.pool == PoolKind::global_avg) return [](const at::Tensor& x, bool) { return x.mean({2, 3}); };
  if (c.pool == PoolKind::global_max)
    return [relu](const at::Tensor& x, bool) { return relu ? at::relu(at::amax(x, {2, 3})) : at::amax(x, {2, 3}); };
  const auto [top, bottom, left, right] = p.pads;
  const std::vector<std::int64_t> size{c.size, c.size}, stride{c.stride, c.stride}, none{0, 0};
  // Cells outside count for neither max nor mean.
  const bool at_end = padded_at_end(p), ceil = at_end && (bottom > 0 || right > 0);
  const std::vector<std::int64_t> uneven{left, right, top, bottom};
  if (c.pool == PoolKind::max)
    return [=](const at::Tensor& x, bool) {
      const at::Tensor in = at_end ? x : at::constant_pad_nd(x, uneven, -std::numeric_limits<double>::infinity());
      const at::Tensor y = at::max_pool2d(in, size, stride, none, {1, 1}, ceil);
      return relu ? at::relu(y) : y;
    };
  return [=](const at::Tensor& x, bool) {
    if (at_end) return at::avg_pool2d(x, size, stride, none, ceil, false);
    const at::Tensor inside = at::constant_pad_nd(at::ones({1, 1, x.size(2), x.size(3)}, x.options()), uneven, 0);
    return at::avg_pool2d(at::constant_pad_nd(x, uneven, 0), size, stride) / at::avg_pool2d(inside, size, stride);
  };
}

LayerFunction library_batch_norm(const LayerConfig& c, const at::Tensor& scale, const at::Tensor& shift, const at::Tensor& mean,
                                 const at::Tensor& variance) {
  return [=, keep = c.momentum, epsilon = c.epsilon](const at::Tensor& x, bool training) {
    // One value a channel has no variance: it must not make the running one infinite.
    const bool counts = !training || x.numel() > x.size(1);
    return at::batch_norm(x, scale, shift, counts ? mean : at::Tensor(), counts ? variance : at::Tensor(), training, 1 - keep,
                          epsilon, true);
  };
}

LayerFunction flatten_as_keras(const PlannedLayer& p) {
  if (p.in.flat) return [](const at::Tensor& x, bool) { return x; };
  // In channels_last memory no copy.
  return [n = p.out.channels](const at::Tensor& x, bool) { return x.permute({0, 2, 3, 1}).reshape({x.size(0), n}); };
}

}  // namespace cnnbench
