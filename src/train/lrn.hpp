// Local response normalization across channels (the formula: lrn_rows.hpp) as one differentiable operation.
#pragma once

#include <torch/torch.h>

#include "train/lrn_rows.hpp"

namespace cnnbench {

// x: [N, C, H, W], floating point, any device; the result is in channels_last.
at::Tensor local_response_norm(const at::Tensor& x, const LrnOptions&);

}  // namespace cnnbench
