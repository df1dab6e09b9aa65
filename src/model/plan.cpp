#include "cnnbench/model/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

struct Namer {
  std::string prefix;
  std::map<LayerType, int> counts;
  std::string operator()(LayerType type) { return fmt::format("{}{}_{}", prefix, name_of(type), ++counts[type]); }
};

[[noreturn]] void misfit(const PlannedLayer& layer, const std::string& problem, const std::string& remedy) {
  throw Error(ExitCode::usage, fmt::format("layer {}: {} (its input is {})", layer.name, problem, layer.in.str()), remedy);
}

// A count that stays one when it is multiplied by the bytes of a weight or by the passes of training; what is beyond is no network.
// Each step is checked: an int wraps, and a wrapped size looks like a small one.
class Count {
 public:
  Count(std::int64_t value) : value_(value) {}  // NOLINT: a number is a count
  Count operator*(Count other) const {
    std::int64_t product = 0;
    return {__builtin_mul_overflow(value_, other.value_, &product) ? beyond : product, *this, other};
  }
  Count operator+(Count other) const {
    std::int64_t sum = 0;
    return {__builtin_add_overflow(value_, other.value_, &sum) ? beyond : sum, *this, other};
  }
  // The value, where it is no more than `most`; else the layer is refused.
  std::int64_t in(const PlannedLayer& layer, std::string_view what, std::int64_t most = largest) const {
    if (value_ <= most) return value_;
    misfit(layer, fmt::format("it has more than {} {}, which is beyond what can be counted", most, what),
           "use fewer filters or units, a pool before it, or smaller pictures");
  }

 private:
  static constexpr std::int64_t largest = std::int64_t{1} << 60, beyond = largest + 1;
  Count(std::int64_t value, Count a, Count b) : value_(std::max(a.value_, b.value_) > largest ? beyond : std::min(value, beyond)) {}
  std::int64_t value_;
};

Count elements_of(const Shape& shape) { return Count(shape.height) * shape.width * shape.channels; }

// Output length of a sliding window, and the padding before and after. "same" is TensorFlow's: ceil(in / stride), the odd
// cell at the end.
struct Window {
  int out, before, after;
};
Window slide(int in, int kernel, int stride, int dilation, Padding padding) {
  const int reach = (kernel - 1) * dilation + 1;
  if (padding == Padding::valid) return {in < reach ? 0 : (in - reach) / stride + 1, 0, 0};
  const int out = (in + stride - 1) / stride;
  const int total = std::max((out - 1) * stride + reach - in, 0);
  return {out, total / 2, total - total / 2};
}

void plan_window(PlannedLayer& layer, int kernel, int stride, int dilation) {
  const Window y = slide(layer.in.height, kernel, stride, dilation, layer.config.padding);
  const Window x = slide(layer.in.width, kernel, stride, dilation, layer.config.padding);
  if (y.out < 1 || x.out < 1)
    misfit(layer, fmt::format("its {0}x{0} window does not fit the picture", kernel),
           "use fewer pools, padding \"same\" or larger pictures");
  layer.out.height = y.out;
  layer.out.width = x.out;
  layer.pads = {y.before, y.after, x.before, x.after};
}

void plan_conv(PlannedLayer& layer) {
  LayerConfig& c = layer.config;
  if (layer.in.flat) misfit(layer, "a convolution cannot follow flatten", "move it before the flatten layer");
  if (c.filters < 1) misfit(layer, "filters is missing", "say how many: \"filters\": 32");
  if (layer.in.channels % c.groups != 0 || c.filters % c.groups != 0)
    misfit(layer,
           fmt::format("{} groups do not divide its {} input and {} output channels", c.groups, layer.in.channels, c.filters),
           "choose groups that divide both");
  if (c.stride == 0) c.stride = 1;
  plan_window(layer, c.kernel, c.stride, c.dilation);
  layer.out.channels = c.filters;
  const Count taps = Count(c.kernel) * c.kernel * (layer.in.channels / c.groups);
  layer.parameters = (taps * c.filters + (c.use_bias ? c.filters : 0)).in(layer, "parameters");
  layer.flops = (taps * elements_of(layer.out) * 2).in(layer, "FLOP");
}

void plan_pool(PlannedLayer& layer) {
  LayerConfig& c = layer.config;
  if (layer.in.flat) misfit(layer, "a pool cannot follow flatten", "move it before the flatten layer");
  if (c.pool == PoolKind::global_avg || c.pool == PoolKind::global_max) {
    layer.out = {.channels = layer.in.channels, .flat = true};
    return;
  }
  if (c.stride == 0) c.stride = c.size;
  plan_window(layer, c.size, c.stride, 1);
}

void plan_dense(PlannedLayer& layer, int outputs) {
  LayerConfig& c = layer.config;
  if (!layer.in.flat) misfit(layer, "a dense layer needs a flat input", "put {\"type\": \"flatten\"} or a global pool before it");
  if (!c.units) c.units = outputs;
  layer.out = {.channels = *c.units, .flat = true};
  layer.parameters = (Count(layer.in.channels) * *c.units + (c.use_bias ? *c.units : 0)).in(layer, "parameters");
  layer.flops = (Count(2) * layer.in.channels * *c.units).in(layer, "FLOP");
}

std::vector<PlannedLayer> plan_layers(const std::vector<LayerConfig>&, Shape input, int outputs, const std::string& prefix);

void plan_residual(PlannedLayer& layer, int outputs) {
  if (layer.config.layers.empty()) misfit(layer, "the branch is empty", "list its layers: \"layers\": [...]");
  if (layer.in.flat) misfit(layer, "a residual block needs a picture", "move it before the flatten layer");
  layer.branch = plan_layers(layer.config.layers, layer.in, outputs, layer.name + ".");
  layer.out = layer.branch.back().out;
  if (layer.out.flat)
    misfit(layer, "its branch must end in a picture, not in features", "take flatten and dense out of the branch");
  for (const PlannedLayer& inner : layer.branch) {
    layer.parameters = (Count(layer.parameters) + inner.parameters).in(layer, "parameters");
    layer.fixed_parameters = (Count(layer.fixed_parameters) + inner.fixed_parameters).in(layer, "parameters");
    layer.flops = (Count(layer.flops) + inner.flops).in(layer, "FLOP");
  }
  if (layer.out == layer.in) return;
  // The shortcut becomes a strided 1x1 convolution (He et al. 2016, option B).
  const auto least = [](int in, int out) { return (in + out - 1) / out; };  // stride that leads from one side to the other
  const int stride = std::max(least(layer.in.height, layer.out.height), least(layer.in.width, layer.out.width));
  const auto strided = [stride](int side) { return (side - 1) / stride + 1; };
  if (strided(layer.in.height) != layer.out.height || strided(layer.in.width) != layer.out.width)
    misfit(layer, fmt::format("no strided shortcut leads from {} to {}", layer.in.str(), layer.out.str()),
           "use padding \"same\" inside the branch");
  layer.projected = true;
  layer.config.stride = stride;
  layer.parameters =
      (Count(layer.in.channels) * layer.out.channels + layer.out.channels + layer.parameters).in(layer, "parameters");
  layer.flops = (elements_of(layer.out) * layer.in.channels * 2 + layer.flops).in(layer, "FLOP");
}

PlannedLayer plan_layer(const LayerConfig& config, Shape in, int outputs, Namer& namer) {
  PlannedLayer layer{.name = namer(config.type), .config = config, .in = in, .out = in};
  switch (config.type) {
    case LayerType::conv:
      plan_conv(layer);
      break;
    case LayerType::pool:
      plan_pool(layer);
      break;
    case LayerType::dense:
      plan_dense(layer, outputs);
      break;
    case LayerType::flatten:
      layer.out = {.channels = static_cast<int>(elements_of(in).in(layer, "features", std::numeric_limits<int>::max())),
                   .flat = true};
      break;
    case LayerType::batch_norm:
      layer.parameters = layer.fixed_parameters = 2LL * in.channels;
      break;
    case LayerType::lrn:
      if (in.flat) misfit(layer, "lrn needs a picture", "move it before the flatten layer");
      break;
    case LayerType::residual:
      plan_residual(layer, outputs);
      break;
    case LayerType::dropout:
    case LayerType::activation:
      break;
  }
  return layer;
}

std::vector<PlannedLayer> plan_layers(const std::vector<LayerConfig>& configs, Shape input, int outputs,
                                      const std::string& prefix) {
  std::vector<PlannedLayer> layers;
  Namer namer{prefix, {}};
  Count all_parameters = 0, all_flops = 0;
  for (const LayerConfig& config : configs) {
    layers.push_back(plan_layer(config, input, outputs, namer));
    input = layers.back().out;
    all_parameters = (all_parameters + layers.back().parameters + layers.back().fixed_parameters)
                         .in(layers.back(), "parameters with those before it");
    all_flops = (all_flops + layers.back().flops).in(layers.back(), "FLOP with those before it");
  }
  return layers;
}

std::int64_t total(const Plan& plan, std::int64_t PlannedLayer::*member) {
  std::int64_t sum = 0;
  for (const PlannedLayer& layer : plan.layers) sum += layer.*member;
  return sum;
}

}  // namespace

std::string Shape::str() const {
  return flat ? fmt::format("({})", channels) : fmt::format("({}, {}, {})", height, width, channels);
}

std::int64_t Plan::parameters() const { return total(*this, &PlannedLayer::parameters); }
std::int64_t Plan::fixed_parameters() const { return total(*this, &PlannedLayer::fixed_parameters); }
std::int64_t Plan::flops() const { return total(*this, &PlannedLayer::flops); }

Plan plan_network(const ModelConfig& model, ImageSize input, int classes) {
  Plan plan;
  plan.name = model.preset.empty() ? "layers" : model.preset;
  plan.input = {.height = input.height, .width = input.width, .channels = 3};
  plan.outputs = classes == 2 ? 1 : classes;
  const std::vector<LayerConfig> layers = layers_of(model);
  if (const auto fault = fault_of_end(layers, classes))
    throw Error(ExitCode::usage, fmt::format("/model/layers{}: {}", fault->pointer, fault->problem), fault->remedy);
  plan.layers = plan_layers(without_loss_activation(layers), plan.input, plan.outputs, "");
  const PlannedLayer& last = plan.layers.back();
  if (!last.out.flat || last.out.channels != plan.outputs)
    throw Error(ExitCode::usage,
                fmt::format("the network ends in {} ({}), but {} classes need {}", last.out.str(), last.name, classes,
                            plan.outputs == 1 ? "a single output" : fmt::format("{} outputs", plan.outputs)),
                "end it with {\"type\": \"dense\"} without units: it takes what the classes need");
  return plan;
}

}  // namespace cnnbench
