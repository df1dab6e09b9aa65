// Into which pieces a network's gradients go for their exchange, and when in the backward pass each is complete. Pure.
//
// As libtorch's Reducer does it (compute_bucket_assignment_by_size, after its first step): the layers from the last to the first, a
// bucket closed by the layer that fills it. How long the backward pass takes for a layer goes with the layer's FLOP: twice the
// forward pass (gradients of inputs and of weights), once for the first layer, whose inputs need none. What has no FLOP (pooling,
// activations) is taken to cost nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "cnnbench/model/plan.hpp"

namespace cnnbench {

// A third of catdog_original's gradients: small enough that the first goes out while the rest is computed. PyTorch's default of
// 25 MB holds any of our networks whole, and nothing would overlap.
inline constexpr std::int64_t bucket_bytes = 1024 * 1024;

struct Bucket {
  double bytes = 0;
  double ready = 1;  // share of the backward pass that is done then
};

std::vector<Bucket> buckets_of(const Plan&, double limit = bucket_bytes);

}  // namespace cnnbench
