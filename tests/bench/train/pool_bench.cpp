// Max pooling with its ReLU, forward and backward, next to libtorch's two operations in the same order; in turns, medians.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "train/pool.hpp"

namespace cnnbench {
namespace {

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

template <typename Forward>
double seconds_of(const Forward& forward, const at::Tensor& x, const at::Tensor& g) {
  const double before = seconds_now();
  forward(x).backward(g);
  const double after = seconds_now();
  at::Tensor(x).mutable_grad().reset();
  return after - before;
}

// The first pool of the original cat/dog network, and of the CIFAR-10 network.
void pool_vs_torch(benchmark::State& state) {
  const at::ScalarType type = state.range(0) != 0 ? at::kBFloat16 : at::kFloat;
  const bool cifar = state.range(1) != 0;
  const std::int64_t n = cifar ? 128 : 32, channels = cifar ? 64 : 32, side = cifar ? 24 : 62, out = cifar ? 12 : 31;
  const int size = cifar ? 3 : 2;
  torch::manual_seed(1);
  const at::Tensor x =
      at::randn({n, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast).to(type).set_requires_grad(true);
  const at::Tensor g = at::randn({n, channels, out, out}).contiguous(at::MemoryFormat::ChannelsLast).to(type);
  const auto ours = [&](const at::Tensor& t) {
    return max_pool(t, {.out_height = out, .out_width = out, .size = size, .stride = 2, .relu = true});
  };
  const auto torchs = [&](const at::Tensor& t) {
    return at::relu(at::max_pool2d(t, {size, size}, {2, 2}, {0, 0}, {1, 1}, cifar));
  };
  std::vector<double> us, theirs, ratios;
  for (auto _ : state) {
    us.push_back(seconds_of(ours, x, g));
    theirs.push_back(seconds_of(torchs, x, g));
    ratios.push_back(theirs.back() / us.back());
  }
  state.counters["ours_ms"] = 1e3 * median(us);
  state.counters["torch_ms"] = 1e3 * median(theirs);
  state.counters["torch_over_ours"] = median(ratios);
}

BENCHMARK(pool_vs_torch)->ArgNames({"bfloat16", "cifar"})->ArgsProduct({{0, 1}, {0, 1}})->Iterations(200)->UseRealTime();

}  // namespace
}  // namespace cnnbench
