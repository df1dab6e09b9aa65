// A network's first block on the CPU, 3x3 convolution of the picture's three channels, 2x2 max pooling and ReLU, as one
// differentiable operation in float32: conv_pool_rows.hpp. The picture gets no gradient.
#pragma once

#include <torch/torch.h>

#include "train/conv_pool_rows.hpp"

namespace cnnbench {

// Whether it can take these: x [N, 3, H, W] float32 in channels_last on the CPU, weight [F, 3, 3, 3], F a multiple of 16.
bool has_conv_pool(const at::Tensor& x, const at::Tensor& weight);

// [N, F, (H - 2) / 2, (W - 2) / 2]. `bias` [F], or undefined.
at::Tensor conv_pool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace cnnbench
