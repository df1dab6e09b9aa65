// Local response normalization on the CIFAR-10 network's shape: ours, the band-matrix product, and libtorch's own.
#include "in_turns.hpp"
#include "kernels/lrn.hpp"

namespace cnnbench {
namespace {

constexpr std::int64_t batch = 128, channels = 64, side = 12;

// It has no bfloat16 on the CPU: autocast takes it through float32.
at::Tensor torchs(const at::Tensor& x) {
  namespace F = torch::nn::functional;
  return F::local_response_norm(x.to(at::kFloat), F::LocalResponseNormFuncOptions(9).alpha(0.001).beta(0.75).k(1))
      .to(x.scalar_type());
}

// A 1x1 convolution with a band matrix sums over neighbouring channels: the best that can be said in torch's operations.
at::Tensor by_band(const at::Tensor& x) {
  const at::Tensor index = at::arange(channels);
  const at::Tensor band =
      (index.unsqueeze(0) - index.unsqueeze(1)).abs().le(4).to(x.scalar_type()).view({channels, channels, 1, 1});
  return x * (at::conv2d(x * x, band) * (0.001 / 9) + 1).pow(-0.75);
}

void lrn_vs_torch(benchmark::State& state) {
  const at::ScalarType type = state.range(0) != 0 ? at::kBFloat16 : at::kFloat;
  torch::manual_seed(1);
  const at::Tensor x =
      at::randn({batch, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast).to(type).set_requires_grad(true);
  time_in_turns(state,
                {{"ours", [&] { return local_response_norm(x, {}); }},
                 {"band", [&] { return by_band(x); }},
                 {"torch", [&] { return torchs(x); }}},
                {x}, at::randn_like(x.detach()));
}

BENCHMARK(lrn_vs_torch)->ArgName("bfloat16")->Arg(0)->Arg(1)->Iterations(100)->UseRealTime();

}  // namespace
}  // namespace cnnbench
