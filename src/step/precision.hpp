// train.precision = auto: which of float32 and bfloat16 is faster here is measured, forward and backward, since bfloat16 is
// twice as fast with AVX512-BF16, AMX or a recent GPU, far slower without, and throws in places. bfloat16 must win by 5 %, in
// medians of steps in turn; else it is float32.
#pragma once

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/model/plan.hpp"
#include "kernels/tensor.hpp"
#include "network/network.hpp"

namespace cnnbench {

// Whether to train in bfloat16. Probing takes a second or so and leaves no trace in weights or random numbers of the run.
// `kernels`: what the network runs in float32, and in bfloat16.
bool choose_bfloat16(const Experiment&, const Plan&, const at::Device&, const std::function<Kernels(bool bfloat16)>& kernels);

}  // namespace cnnbench
