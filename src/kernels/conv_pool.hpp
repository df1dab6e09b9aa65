// A network's first block on the CPU, convolution of the picture's three channels, max pooling and ReLU, as one
// differentiable operation in float32: conv_pool_rows.hpp. The picture gets no gradient.
#pragma once

#include "kernels/conv_pool_rows.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

// Whether it can take these: x [N, 3, H, W] float32 in channels_last on the CPU, weight [F, 3, 3, 3] or [F, 3, 5, 5], F a multiple
// of 16. Padding and windows follow from the kernel, as ConvPoolShape says.
bool has_conv_pool(const at::Tensor& x, const at::Tensor& weight);

// [N, F, (H - 2) / 2, (W - 2) / 2] with kernels 3, [N, F, H / 2, W / 2] with kernels 5. `bias` [F], or undefined.
at::Tensor conv_pool(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace cnnbench
