// A network's layers as libtorch computes them. Tensors are [N, C, H, W], or [N, C] where they are flat.
#pragma once

#include "network/network.hpp"

namespace cnnbench {

at::Tensor activate(const at::Tensor& x, Activation);

// w: [filters, channels / groups, kernel, kernel]; b: [filters] or undefined.
LayerFunction library_convolution(const PlannedLayer&, const at::Tensor& w, const at::Tensor& b, Activation);

// With `relu` the activation of the convolution before it, which comes after a max pool just as well (kernels/pool.hpp).
LayerFunction library_pool(const PlannedLayer&, bool relu);
// A pool's padding that ends within its last window, and begins nowhere: what ceil_mode does without a copy.
bool padded_at_end(const PlannedLayer&);

// All [C]; mean and variance are the running ones, which training moves.
LayerFunction library_batch_norm(const LayerConfig&, const at::Tensor& scale, const at::Tensor& shift, const at::Tensor& mean,
                                 const at::Tensor& variance);

// In Keras' order: height, width, channel.
LayerFunction flatten_as_keras(const PlannedLayer&);

}  // namespace cnnbench
