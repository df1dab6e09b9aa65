// Ranks that train together, played event by event: steps of random length, buckets of gradients that become ready in the backward
// pass, messages that wait for their ports. It knows nothing of the model's formulas (results/scaling.hpp) but what a link and a
// bucket are.
//
// A message of n bytes leaves its sender's port for n / bandwidth, is under way for the latency, and takes its receiver's port for
// n / bandwidth; ports serve one message after another. Between nodes the ports are the node's, within one the rank's.
#pragma once

#include <cstdint>
#include <vector>

#include "cnnbench/results/allreduce.hpp"
#include "cnnbench/results/buckets.hpp"

namespace cnnbench::simulation {

struct Setting {
  int ranks = 2;
  Interconnect net{};
  Algorithm algorithm = Algorithm::ring;
  std::vector<Bucket> buckets{};
  double step_seconds = 0.01;             // a rank's mean, by itself
  double forward = 0.25, backward = 0.7;  // shares of it; the rest is the optimizer's
  double variation = 0;                   // deviation / mean
  bool beside = true;                     // false: the exchange begins after the backward pass
  int steps = 1;
  std::uint64_t seed = 1;
};

// Seconds of a step, mean over all of them: from the first rank's first start to the last rank's last end.
double mean_step(const Setting&);

}  // namespace cnnbench::simulation
