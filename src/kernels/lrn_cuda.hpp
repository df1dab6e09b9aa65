// Local response normalization by our own CUDA kernels (src/kernels/cuda/lrn.cu): one pass each way. Tensors are on one CUDA
// device, float32 or bfloat16, in channels_last; d is float32 of the same shape, what the gradient needs of the forward pass.
#pragma once

#include "kernels/lrn_rows.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench::lrn_cuda {

// The kernels' source, for NVRTC.
extern const char* const source;

// Whether these kernels may be used for x: they compile on its device and, tried once, give what the band matrix does.
bool usable(const at::Tensor& x);

at::Tensor forward(const at::Tensor& x, const at::Tensor& d, const LrnOptions&);
at::Tensor backward(const at::Tensor& x, const at::Tensor& g, const at::Tensor& d, const LrnOptions&);

}  // namespace cnnbench::lrn_cuda
