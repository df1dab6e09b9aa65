// Batch normalization by the statistics of all ranks' pictures.
#pragma once

#include <memory>

#include "kernels/tensor.hpp"
#include "network/network.hpp"

namespace cnnbench {

// x [N, C, ...] by the mean and the biased variance of each channel over the pictures of all ranks that count; scale and shift [C].
// The running statistics move by 1 - keep towards that mean and the unbiased variance, as at::batch_norm has them. Differentiable
// in x, scale and shift; the gradients of the latter two are this rank's part.
at::Tensor sync_batch_norm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, at::Tensor running_mean,
                           at::Tensor running_variance, double keep, double epsilon, const RankStatistics&, bool counts);

}  // namespace cnnbench
