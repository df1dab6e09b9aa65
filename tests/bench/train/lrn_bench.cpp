// Local response normalization on the CIFAR-10 network's shape, forward and backward: ours, the band-matrix product, and
// libtorch's own. The ratio counts, for the machine's speed changes: lrn_vs_torch times two in turns and reports medians.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "train/lrn.hpp"

namespace cnnbench {
namespace {

constexpr std::int64_t batch = 128, channels = 64, side = 12;
constexpr double pictures = batch;

// It has no bfloat16 on the CPU: autocast takes it through float32.
at::Tensor torchs(const at::Tensor& x) {
  namespace F = torch::nn::functional;
  return F::local_response_norm(x.to(at::kFloat), F::LocalResponseNormFuncOptions(9).alpha(0.001).beta(0.75).k(1)).to(x.scalar_type());
}

// A 1x1 convolution with a band matrix sums over neighbouring channels: the best that can be said in torch's operations.
at::Tensor by_band(const at::Tensor& x) {
  const at::Tensor index = at::arange(channels);
  const at::Tensor band = (index.unsqueeze(0) - index.unsqueeze(1)).abs().le(4).to(x.scalar_type()).view({channels, channels, 1, 1});
  return x * (at::conv2d(x * x, band) * (0.001 / 9) + 1).pow(-0.75);
}

at::Tensor ours(const at::Tensor& x) { return local_response_norm(x, {}); }

double seconds_of(at::Tensor (*lrn)(const at::Tensor&), const at::Tensor& x, const at::Tensor& g) {
  const double before = seconds_now();
  lrn(x).backward(g);
  const double after = seconds_now();
  at::Tensor(x).mutable_grad().reset();
  return after - before;
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

void lrn_vs_torch(benchmark::State& state) {
  const at::ScalarType type = state.range(0) != 0 ? at::kBFloat16 : at::kFloat;
  torch::manual_seed(1);
  const at::Tensor x =
      at::randn({batch, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast).to(type).set_requires_grad(true);
  const at::Tensor g = at::randn_like(x.detach());
  std::vector<double> us, band, theirs, ratios, band_ratios;
  for (auto _ : state) {
    us.push_back(seconds_of(ours, x, g));
    band.push_back(seconds_of(by_band, x, g));
    theirs.push_back(seconds_of(torchs, x, g));
    ratios.push_back(theirs.back() / us.back());
    band_ratios.push_back(band.back() / us.back());
  }
  state.counters["ours_ms"] = 1e3 * median(us);
  state.counters["band_ms"] = 1e3 * median(band);
  state.counters["torch_ms"] = 1e3 * median(theirs);
  state.counters["torch_over_ours"] = median(ratios);
  state.counters["band_over_ours"] = median(band_ratios);
}

BENCHMARK(lrn_vs_torch)->ArgName("bfloat16")->Arg(0)->Arg(1)->Iterations(100)->UseRealTime();

}  // namespace
}  // namespace cnnbench
