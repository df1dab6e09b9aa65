#include "network/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include "network/initialize.hpp"
#include "support/tensor.hpp"

namespace cnnbench {
namespace {

Network network_of(const ModelConfig& model, int side, int classes = 2) {
  return build_network(plan_network(model, {side, side}, classes), 1, at::kCPU);
}
at::Tensor pictures(std::int64_t n, int side) { return at::rand({n, 3, side, side}).contiguous(at::MemoryFormat::ChannelsLast); }

TEST(Network, HasThePlannedParametersAndOutputs) {
  for (const std::string& preset : preset_names()) {
    const int side = preset == "cifar10"                                        ? 24
                     : preset.ends_with("improved") || preset.ends_with("deep") ? 128
                                                                                : 64,
              classes = preset == "cifar10" ? 10 : 2;
    const Network network = network_of({.preset = preset, .extra_convs = 2}, side, classes);
    std::int64_t count = 0;
    for (const Parameter& p : network.parameters) count += p.value.numel();
    EXPECT_EQ(count, network.plan.parameters()) << preset;
    EXPECT_EQ(network.forward(pictures(2, side), false).sizes(), (std::vector<std::int64_t>{2, network.plan.outputs})) << preset;
  }
}

// Each network's layers, ours against libtorch's, where height and width differ.
TEST(Network, PicturesThatAreNotSquareGiveTheSameWithOurOperations) {
  at::manual_seed(6);
  for (const std::string& preset : preset_names())
    for (const bool tall : {false, true}) {
      const ImageSize small = tall ? ImageSize{32, 24} : ImageSize{24, 32}, large = tall ? ImageSize{112, 96} : ImageSize{96, 112};
      const ImageSize size = preset == "cifar10" ? small : large;
      const Plan plan = plan_network({.preset = preset, .extra_convs = 2}, size, preset == "cifar10" ? 10 : 2);
      const Network ours = build_network(plan, 1, at::kCPU), library = build_network(plan, 1, at::kCPU, library_kernels());
      const at::Tensor x = at::rand({2, 3, size.height, size.width}).contiguous(at::MemoryFormat::ChannelsLast),
                       a = ours.forward(x, false), b = library.forward(x, false);
      EXPECT_TRUE(at::allclose(a, b, 1e-4, 1e-5)) << preset;
      a.sum().backward();
      b.sum().backward();
      for (std::size_t i = 0; i < ours.parameters.size(); ++i)
        EXPECT_TRUE(at::allclose(ours.parameters[i].value.grad(), library.parameters[i].value.grad(), 1e-3, 1e-4))
            << preset << " " << ours.parameters[i].name;
    }
}

// The same layers with the activation as a layer of its own, which is never reordered.
TEST(Network, PoolingBeforeReluIsExactlyTheSameFunction) {
  at::manual_seed(1);
  for (const Padding padding : {Padding::valid, Padding::same})
    for (const int size : {2, 3}) {
      const LayerConfig conv{.type = LayerType::conv, .filters = 8};
      LayerConfig fused = conv;
      fused.activation = Activation::relu;
      const LayerConfig relu{.type = LayerType::activation, .activation = Activation::relu};
      const LayerConfig pool{.type = LayerType::pool, .stride = 2, .padding = padding, .size = size};
      const LayerConfig flatten{.type = LayerType::flatten}, dense{.type = LayerType::dense};
      const Network a = network_of({.layers = {fused, pool, flatten, dense}}, 15),
                    b = network_of({.layers = {conv, relu, pool, flatten, dense}}, 15);
      const at::Tensor x = pictures(4, 15) - 0.5;
      const at::Tensor ya = a.forward(x, true), yb = b.forward(x, true);
      EXPECT_TRUE(at::equal(ya, yb));
      ya.sum().backward();
      yb.sum().backward();
      for (std::size_t i = 0; i < a.parameters.size(); ++i)
        EXPECT_TRUE(at::equal(a.parameters[i].value.grad(), b.parameters[i].value.grad())) << a.parameters[i].name;
    }
}

TEST(Network, WithOtherKernelsIsTheSameFunction) {
  at::manual_seed(6);
  for (const Kernels& kernels : {plain_kernels(), library_kernels()})
    for (const char* preset : {"catdog_original", "cifar10"}) {
      const int side = std::string(preset) == "cifar10" ? 24 : 64;
      const Plan plan = plan_network({.preset = preset}, {side, side}, side == 24 ? 10 : 2);
      const Network fast = build_network(plan, 1, at::kCPU), other = build_network(plan, 1, at::kCPU, kernels);
      const at::Tensor x = pictures(3, side), a = fast.forward(x, false), b = other.forward(x, false);
      EXPECT_TRUE(at::allclose(a, b, 1e-4, 1e-5)) << preset;
      a.sum().backward();
      b.sum().backward();
      for (std::size_t i = 0; i < fast.parameters.size(); ++i) {
        const at::Tensor &ours = fast.parameters[i].value, &theirs = other.parameters[i].value;
        EXPECT_TRUE(kernels.plain ? theirs.is_contiguous() : theirs.strides() == ours.strides());
        EXPECT_TRUE(at::allclose(ours.grad(), theirs.grad(), 1e-3, 1e-4)) << preset << " " << fast.parameters[i].name;
      }
    }
}

TEST(Network, SamePaddingIsTensorFlows) {
  // Average over what lies inside: 3x3 windows with stride 2 on 4x4, the padding at the end only.
  const at::Tensor x = at::arange(16, at::kFloat).view({1, 1, 4, 4}).expand({1, 3, 4, 4}).contiguous();
  const auto pooled = [&](PoolKind kind, int size, int stride) {
    const Network n =
        network_of({.layers = {{.type = LayerType::pool, .stride = stride, .padding = Padding::same, .pool = kind, .size = size},
                               {.type = LayerType::flatten},
                               {.type = LayerType::dense}}},
                   4);
    return n.layers[0](x, false).select(1, 0).flatten();
  };
  const auto list = [](std::initializer_list<double> v) { return at::tensor(std::vector<double>(v), at::kFloat); };
  EXPECT_TRUE(at::allclose(pooled(PoolKind::avg, 3, 2), list({5, 6.5, 11, 12.5})));
  EXPECT_TRUE(at::allclose(pooled(PoolKind::max, 3, 2), list({10, 11, 14, 15})));
  // size 4, stride 1: one cell before, two after, as tf.nn.avg_pool pads.
  EXPECT_TRUE(
      at::allclose(pooled(PoolKind::avg, 4, 1), list({5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5})));
}

TEST(Network, FlattenHasKerasOrder) {
  const Network n = network_of({.layers = {{.type = LayerType::flatten}, {.type = LayerType::dense}}}, 4);
  const at::Tensor x = pictures(1, 4);
  EXPECT_TRUE(at::equal(n.layers[0](x, false)[0], x[0].permute({1, 2, 0}).flatten()));
}

TEST(Network, EveryLayerTypeTrains) {
  const LayerConfig conv{.type = LayerType::conv, .filters = 8, .padding = Padding::same, .activation = Activation::silu};
  LayerConfig strided = conv;
  strided.stride = 2;
  strided.filters = 16;
  const LayerConfig grouped{.type = LayerType::conv, .filters = 16, .dilation = 2, .groups = 4, .use_bias = false};
  const Network n = network_of({.layers = {conv,
                                           {.type = LayerType::batch_norm},
                                           {.type = LayerType::residual, .activation = Activation::relu, .layers = {conv, conv}},
                                           {.type = LayerType::residual, .layers = {strided}},
                                           {.type = LayerType::lrn},
                                           grouped,
                                           {.type = LayerType::pool, .pool = PoolKind::global_avg},
                                           {.type = LayerType::dropout, .rate = 0.1},
                                           {.type = LayerType::activation, .activation = Activation::gelu},
                                           {.type = LayerType::dense}}},
                               16, 3);
  n.forward(pictures(4, 16), true).pow(2).sum().backward();
  for (const Parameter& p : n.parameters) {
    ASSERT_TRUE(p.value.grad().defined()) << p.name;
    EXPECT_GT(p.value.grad().abs().sum().item<float>(), 0) << p.name;
  }
  EXPECT_THAT(n.buffers[0].name, testing::StrEq("batch_norm_1.running_mean"));
  EXPECT_NE(n.buffers[0].value.abs().sum().item<float>(), 0);
}

TEST(Network, DeepStackKeepsItsSignal) {
  const Network n = network_of({.preset = "catdog_deep"}, 128);
  at::manual_seed(1);
  const at::Tensor out = n.forward(pictures(8, 128), false);
  EXPECT_GT(out.std().item<float>(), 1e-4);
  EXPECT_LT(out.abs().max().item<float>(), 100);
}

TEST(InitialWeights, HaveTheirDistributions) {
  const RandomStream random{1};
  const at::Tensor glorot = initial_weights({64, 32, 3, 3}, Initializer::glorot_uniform, 0, random);
  const double limit = std::sqrt(6.0 / (9 * 32 + 9 * 64));
  EXPECT_LE(glorot.abs().max().item<double>(), limit);
  EXPECT_NEAR(glorot.std().item<double>(), limit / std::sqrt(3), limit * 0.02);
  const at::Tensor he = initial_weights({64, 32, 3, 3}, Initializer::he_normal, 0, random);
  EXPECT_NEAR(he.std().item<double>(), std::sqrt(2.0 / (9 * 32)), 0.002);
  const at::Tensor cut = initial_weights({384, 2304}, Initializer::truncated_normal, 0.04, random);
  EXPECT_LE(cut.abs().max().item<double>(), 0.08);
  EXPECT_NEAR(cut.std().item<double>(), 0.04 * 0.8796, 0.0005);
  EXPECT_NEAR(cut.mean().item<double>(), 0, 0.0002);
}

// What torch's own profiler counts in one forward pass.
std::uint64_t profiled_flops(const Network& network, const at::Tensor& x) {
  namespace p = torch::autograd::profiler;
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO, /*report_input_shapes=*/true,
                                                     false, false,
                                                     /*with_flops=*/true, false);
  p::prepareProfiler(config, {torch::profiler::impl::ActivityType::CPU});
  p::enableProfiler(config, {torch::profiler::impl::ActivityType::CPU});
  {
    const at::NoGradGuard no_grad;
    network.forward(x, false);
  }
  const auto profile = p::disableProfiler();
  std::uint64_t flops = 0;
  for (const auto& event : profile->events())
    if (event.name() == "aten::conv2d" || event.name() == "aten::addmm") flops += event.flops();
  return flops;
}

TEST(Network, ForwardFlopAreWhatTorchsProfilerCounts) {
  const int n = 2;
  for (const auto& [preset, side, classes] :
       {std::tuple{"catdog_original", 64, 2}, {"catdog_improved", 128, 2}, {"cifar10", 24, 10}}) {
    const Network network =  // plain: the profiler does not know our own operations
        build_network(plan_network({.preset = preset}, {side, side}, classes), 1, at::kCPU, plain_kernels());
    EXPECT_EQ(profiled_flops(network, pictures(n, side)), static_cast<std::uint64_t>(n * network.plan.flops())) << preset;
  }
}

}  // namespace
}  // namespace cnnbench
