// The networks of the story, in the same terms a user's own layer list is written in.
#include <map>

#include "cnnbench/core/error.hpp"
#include "cnnbench/model/plan.hpp"

namespace cnnbench {
namespace {

using Layers = std::vector<LayerConfig>;

LayerConfig conv(int filters, int kernel = 3, Padding padding = Padding::valid) {
  return {.type = LayerType::conv, .filters = filters, .kernel = kernel, .padding = padding, .activation = Activation::relu};
}
LayerConfig pool(int size = 2, int stride = 0, Padding padding = Padding::valid) {
  return {.type = LayerType::pool, .stride = stride, .padding = padding, .size = size};
}
LayerConfig dense(int units) { return {.type = LayerType::dense, .activation = Activation::relu, .units = units}; }
const LayerConfig flatten{.type = LayerType::flatten};
const LayerConfig half_dropped{.type = LayerType::dropout, .rate = 0.5};
const LayerConfig output{.type = LayerType::dense};

Layers with_head(Layers layers, bool dropout) {
  layers.push_back(flatten);
  layers.push_back(dense(128));
  if (dropout) layers.push_back(half_dropped);
  layers.push_back(output);
  return layers;
}

Layers catdog_improved(int extra_convs) {
  Layers layers{conv(64), pool()};
  // He's initialization keeps the signal's variance through a stack of ReLU layers (He et al. 2015); with Glorot's it
  // would halve at each of the 30 and the network would not train.
  LayerConfig extra = conv(64, 3, Padding::same);
  extra.initializer = Initializer::he_normal;
  layers.insert(layers.end(), static_cast<std::size_t>(extra_convs), extra);
  for (int i = 0; i < 3; ++i) {
    layers.push_back(conv(64));
    layers.push_back(pool());
  }
  return with_head(layers, true);
}

LayerConfig gaussian(LayerConfig layer, double stddev, double bias, double weight_decay = 0) {
  layer.initializer = Initializer::truncated_normal;
  layer.init_stddev = stddev;
  layer.bias_init = bias;
  layer.weight_decay = weight_decay;
  return layer;
}

// TensorFlow's CIFAR-10 tutorial, cifar10.py.
Layers cifar10() {
  const LayerConfig lrn{.type = LayerType::lrn};
  return {gaussian(conv(64, 5, Padding::same), 0.05, 0.0),
          pool(3, 2, Padding::same),
          lrn,
          gaussian(conv(64, 5, Padding::same), 0.05, 0.1),
          lrn,
          pool(3, 2, Padding::same),
          flatten,
          gaussian(dense(384), 0.04, 0.1, 0.004),
          gaussian(dense(192), 0.04, 0.1, 0.004),
          gaussian(output, 1.0 / 192, 0.0)};
}

using Maker = Layers (*)(const ModelConfig&);
const std::map<std::string, Maker, std::less<>> presets{
    {"catdog_original",
     [](const ModelConfig&) {
       return with_head({conv(32), pool(), conv(32), pool()}, false);
     }},
    {"catdog_conv3",
     [](const ModelConfig&) {
       return with_head({conv(32), pool(), conv(32), pool(), conv(64), pool()}, false);
     }},
    {"catdog_dropout",
     [](const ModelConfig&) {
       return with_head({conv(32), pool(), conv(32), pool(), conv(64), pool()}, true);
     }},
    {"catdog_improved", [](const ModelConfig&) { return catdog_improved(0); }},
    {"catdog_deep", [](const ModelConfig& m) { return catdog_improved(m.extra_convs); }},
    {"cifar10", [](const ModelConfig&) { return cifar10(); }},
};

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : presets) names.push_back(name);
  return names;
}

std::vector<LayerConfig> layers_of(const ModelConfig& model) {
  if (!model.layers.empty()) return model.layers;
  const auto preset = presets.find(model.preset);
  if (preset == presets.end())
    throw Error(ExitCode::usage, "there is no network called '" + model.preset + "'",
                "`cnnbench config list` shows the shipped ones");
  return preset->second(model);
}

}  // namespace cnnbench
