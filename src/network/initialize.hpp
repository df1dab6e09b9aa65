// First values of weights, drawn from our own random streams: the same on every device and libtorch.
#pragma once

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/random.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

// Float32 tensor of `shape` ([out, in, kh, kw] or [out, in]) on the CPU.
// glorot_uniform: U(-l, l), l = sqrt(6 / (fan_in + fan_out)), Glorot and Bengio 2010, fans as Keras counts them.
// he_normal: truncated N(0, sqrt(2 / fan_in)), He et al. 2015. truncated_normal: N(0, stddev) redrawn beyond two sigma.
at::Tensor initial_weights(at::IntArrayRef shape, Initializer, double stddev, RandomStream);

}  // namespace cnnbench
