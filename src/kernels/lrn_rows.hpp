// Local response normalization of pixels in channels_last memory: each row is one pixel's channels. The loops behind lrn.hpp
// on the CPU, one pass over memory each way; no torch. x, y, gradients: rows x channels, without padding between rows.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.hpp"

namespace cnnbench {

// Krizhevsky et al. 2012: y_c = x_c * (k + alpha * sum_{|j-c| <= radius} x_j^2)^-beta. alpha is per element (TensorFlow's
// meaning; torch's LocalResponseNorm divides its alpha by the window).
struct LrnOptions {
  int radius = 4;
  double k = 1, alpha = 0.001 / 9, beta = 0.75;
};

void lrn_rows(const float* x, float* y, std::int64_t rows, std::int64_t channels, const LrnOptions&);
void lrn_rows(const Bfloat16* x, Bfloat16* y, std::int64_t rows, std::int64_t channels, const LrnOptions&);

// dx_c = g_c d_c^-b - 2 a b x_c sum_{|j-c| <= radius} g_j x_j d_j^(-b-1), with d = k + a sum x^2.
void lrn_rows_backward(const float* x, const float* g, float* dx, std::int64_t rows, std::int64_t channels, const LrnOptions&);
void lrn_rows_backward(const Bfloat16* x, const Bfloat16* g, Bfloat16* dx, std::int64_t rows, std::int64_t channels, const LrnOptions&);

}  // namespace cnnbench
