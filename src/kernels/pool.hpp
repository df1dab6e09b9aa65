// Max pooling, alone or with the ReLU after it, as one differentiable operation. max(relu(x)) = relu(max(x)), ReLU being
// monotone: pooling first leaves ReLU a quarter of the data or less, both ways.
#pragma once

#include "kernels/pool_rows.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

// x: [N, C, H, W], any floating type, any device; shape.height, width and channels are taken from it.
at::Tensor max_pool(const at::Tensor& x, PoolShape shape);

}  // namespace cnnbench
