// What our operations with loops of their own (lrn, pool, conv_pool) share.
#pragma once

#include <torch/torch.h>

namespace cnnbench {

// Whether x is where and what the loops are written for.
inline bool suits_loops(const at::Tensor& x) { return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16); }

// T: float, std::uint8_t, or Bfloat16 for torch's own.
template <typename T>
T* data(const at::Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

}  // namespace cnnbench
