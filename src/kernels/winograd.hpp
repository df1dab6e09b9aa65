// Convolutions of 3x3 and 5x5 kernels on the CPU in float32, with the ReLU, or the 2x2 max pooling and ReLU, that follow, as one
// differentiable operation: winograd_rows.hpp.
#pragma once

#include "kernels/tensor.hpp"
#include "kernels/winograd_rows.hpp"

namespace cnnbench {

struct WinogradOptions {
  int pad_top = 0, pad_left = 0;
  std::int64_t conv_height = 0, conv_width = 0;
  After after = After::nothing;
};

// Whether it can take these, and is worth it: x [N, C, H, W] float32 in channels_last on the CPU, weight [F, C, 3, 3] or [F, C, 5,
// 5], C and F multiples of 16.
bool has_winograd(const at::Tensor& x, const at::Tensor& weight);

// [N, F, conv_height, conv_width], halved with After::pool_relu. `bias` [F], or undefined.
at::Tensor winograd(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const WinogradOptions&);

}  // namespace cnnbench
