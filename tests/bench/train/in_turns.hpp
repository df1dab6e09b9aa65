// Operations, forward and backward, timed in turns: the machine's speed changes, their ratio much less.
#pragma once

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

struct Rival {
  std::string name;
  std::function<at::Tensor()> forward;
};

inline double seconds_of(const Rival& rival, const std::vector<at::Tensor>& leaves, const at::Tensor& gradient) {
  const double before = seconds_now();
  rival.forward().backward(gradient);
  const double after = seconds_now();
  for (const at::Tensor& leaf : leaves) leaf.mutable_grad().reset();
  return after - before;
}

// The first rival is ours. Counters: each one's median in milliseconds, and the median of the other's time over ours, pair by pair.
inline void time_in_turns(benchmark::State& state, const std::vector<Rival>& rivals, const std::vector<at::Tensor>& leaves,
                          const at::Tensor& gradient) {
  std::vector<std::vector<double>> seconds(rivals.size()), ratios(rivals.size());
  for (auto _ : state)
    for (std::size_t i = 0; i < rivals.size(); ++i) {
      seconds[i].push_back(seconds_of(rivals[i], leaves, gradient));
      ratios[i].push_back(seconds[i].back() / seconds[0].back());
    }
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    state.counters[rivals[i].name + "_ms"] = 1e3 * median(seconds[i]);
    if (i > 0) state.counters[rivals[i].name + "_over_" + rivals[0].name] = median(ratios[i]);
  }
}

}  // namespace cnnbench
