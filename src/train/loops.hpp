// What our operations with loops of their own (lrn, pool, conv_pool, winograd) share.
#pragma once

#include <torch/torch.h>

namespace cnnbench {

// Whether x is where and what the loops are written for.
inline bool suits_loops(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

// T: float, std::uint8_t, or Bfloat16 for torch's own.
template <typename T>
T* data(const at::Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

// For weights [F, ...] of a layer without bias: torch's differentiable functions take no undefined tensor.
inline at::Tensor bias_or_zeros(const at::Tensor& bias, const at::Tensor& weight) {
  return bias.defined() ? bias : at::zeros({weight.size(0)}, weight.options().requires_grad(false));
}

}  // namespace cnnbench
