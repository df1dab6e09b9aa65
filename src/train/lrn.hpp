// Local response normalization across channels as one differentiable operation (Krizhevsky et al. 2012):
//   y_c = x_c * (k + alpha * sum_{|j-c| <= radius} x_j^2)^-beta
// alpha is per element (TensorFlow's meaning; torch's LocalResponseNorm divides its alpha by the window).
#pragma once

#include <torch/torch.h>

namespace cnnbench {

struct LrnOptions {
  int radius = 4;
  double k = 1, alpha = 0.001 / 9, beta = 0.75;
};

// x: [N, C, H, W], float32 or bfloat16, any device.
at::Tensor local_response_norm(const at::Tensor& x, const LrnOptions&);

}  // namespace cnnbench
