// Max pooling with its ReLU next to libtorch's two operations in the same order.
#include "in_turns.hpp"
#include "kernels/pool.hpp"

namespace cnnbench {
namespace {

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
  const PoolShape shape{.out_height = out, .out_width = out, .size = size, .stride = 2, .relu = true};
  time_in_turns(state,
                {{"ours", [&] { return max_pool(x, shape); }},
                 {"torch",
                  [&] {
                    return at::relu(at::max_pool2d(x, {size, size}, {2, 2}, {0, 0}, {1, 1}, cifar));
                  }}},
                {x}, g);
}

BENCHMARK(pool_vs_torch)->ArgNames({"bfloat16", "cifar"})->ArgsProduct({{0, 1}, {0, 1}})->Iterations(200)->UseRealTime();

}  // namespace
}  // namespace cnnbench
