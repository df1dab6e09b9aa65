// The networks' convolutions with what follows them, in float32: ours next to oneDNN's through libtorch.
#include "in_turns.hpp"
#include "kernels/conv_pool.hpp"
#include "kernels/winograd.hpp"

namespace cnnbench {
namespace {

struct Layer {
  const char* name;
  std::int64_t batch, channels, filters, side;
  int kernel, pad, window;  // of the max pooling, two apart; 0: none
};

constexpr Layer layers[] = {
    {"original/first block", 32, 3, 32, 64, 3, 0, 2},        {"original/second block", 32, 32, 32, 31, 3, 0, 2},
    {"improved/first block", 32, 3, 32, 128, 3, 0, 2},       {"improved/second block", 32, 32, 32, 63, 3, 0, 2},
    {"improved/third block", 32, 32, 64, 30, 3, 0, 2},       {"cifar10/first block", 128, 3, 64, 24, 5, 2, 3},
    {"cifar10/second convolution", 128, 64, 64, 12, 5, 2, 0}};

void convolution_vs_onednn(benchmark::State& state, const Layer& l) {
  torch::manual_seed(1);
  const bool first = l.channels == 3;  // the picture wants no gradient
  const auto random = [](at::IntArrayRef sizes) { return at::randn(sizes).contiguous(at::MemoryFormat::ChannelsLast); };
  const at::Tensor x = random({l.batch, l.channels, l.side, l.side}).set_requires_grad(!first),
                   w = random({l.filters, l.channels, l.kernel, l.kernel}).set_requires_grad(true),
                   b = at::randn({l.filters}).set_requires_grad(true);
  const std::int64_t out = l.side + 2 * l.pad - l.kernel + 1;
  const WinogradOptions options{.pad_top = l.pad,
                                .pad_left = l.pad,
                                .conv_height = out,
                                .conv_width = out,
                                .after = l.window > 0 ? After::pool_relu : After::relu};
  const auto ours = [&] { return first ? conv_pool(x, w, b) : winograd(x, w, b, options); };
  const auto onednns = [&] {
    const at::Tensor y = at::conv2d(x, w, b, {1, 1}, {l.pad, l.pad});
    return at::relu(l.window > 0 ? at::max_pool2d(y, {l.window, l.window}, {2, 2}, {0, 0}, {1, 1}, l.window == 3) : y);
  };
  const at::Tensor g = random(ours().sizes());
  time_in_turns(state, {{"ours", ours}, {"onednn", onednns}}, {x, w, b}, g);
}

const bool registered = [] {
  for (const Layer& layer : layers)
    benchmark::RegisterBenchmark((std::string("convolution_vs_onednn/") + layer.name).c_str(), convolution_vs_onednn, layer)
        ->Iterations(60)
        ->UseRealTime();
  return true;
}();

}  // namespace
}  // namespace cnnbench
