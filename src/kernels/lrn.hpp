// Local response normalization across channels (the formula: lrn_rows.hpp) as one differentiable operation.
#pragma once

#include "kernels/lrn_rows.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

// x: [N, C, H, W], floating point, any device; the result is in channels_last.
at::Tensor local_response_norm(const at::Tensor& x, const LrnOptions&);

// Whether it has loops or kernels of ours for x.
bool has_own_lrn(const at::Tensor& x);

// The same in torch's operations, for devices and types that have no loops or kernels of ours; the gradient where one is given. The
// sum over neighbouring channels is a product with a band matrix, in channels_last one dense product over all pixels;
// libtorch's own composition pads and pools in three dimensions.
at::Tensor lrn_by_products(const at::Tensor& x, const at::Tensor& gradient, const LrnOptions&);

}  // namespace cnnbench
