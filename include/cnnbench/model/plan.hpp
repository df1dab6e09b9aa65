// A network as a flat list of layers with shapes, parameter counts and FLOP: what `summary` prints and what the torch
// network is built from. No torch here. Shapes are per picture, channels last: [height, width, channels] or [features].
// FLOP count one multiply-add as 2, forward pass, convolutions and dense layers as torch's profiler does; other layers
// are listed as 0 (docs/networks.md says why). Training costs about three times the forward pass.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

struct Shape {
  int height = 1, width = 1, channels = 0;
  bool flat = false;  // [features]: channels holds them
  std::int64_t elements() const { return static_cast<std::int64_t>(height) * width * channels; }
  std::string str() const;  // "(62, 62, 32)" or "(128)"
  bool operator==(const Shape&) const = default;
};

struct PlannedLayer {
  std::string name;  // conv_1, pool_1, ... unique, also the parameters' prefix in checkpoints
  LayerConfig config;
  Shape in{}, out{};
  std::array<int, 4> pads{};           // top, bottom, left, right (conv and pool)
  std::int64_t parameters = 0;         // trainable
  std::int64_t fixed_parameters = 0;   // not trainable (running statistics)
  std::int64_t flops = 0;              // forward, per picture
  std::vector<PlannedLayer> branch{};  // residual
  bool projected = false;              // residual: the shortcut needs a 1x1 convolution
};

struct Plan {
  std::string name;
  Shape input;
  int outputs = 0;  // 1: binary, sigmoid; else one per class, softmax
  std::vector<PlannedLayer> layers;
  std::int64_t parameters() const;
  std::int64_t fixed_parameters() const;
  std::int64_t flops() const;
};

// The layers of a preset, or the config's own. Throws Error(usage) for an unknown preset.
std::vector<LayerConfig> layers_of(const ModelConfig&);
std::vector<std::string> preset_names();

// What is wrong with how a list of layers ends, for so many classes (0: not known). The pointer is below /model/layers.
struct EndFault {
  std::string pointer, problem, remedy;
};
std::optional<EndFault> fault_of_end(const std::vector<LayerConfig>&, int classes);
// The sigmoid or softmax that a list ends in as Keras' users write it, none where there is none: it is part of the loss, and
// plan_network leaves it out.
Activation loss_activation_of(const std::vector<LayerConfig>&);
std::vector<LayerConfig> without_loss_activation(std::vector<LayerConfig>);

// Throws Error(usage) naming the layer where shapes do not fit (a pool on a 1x1 picture, a dense layer without flatten ...).
Plan plan_network(const ModelConfig&, ImageSize input, int classes);

// Keras' table: Layer (type) | Output Shape | Param # | FLOP, totals below.
std::string summary_table(const Plan&);
nlohmann::ordered_json summary_json(const Plan&);
nlohmann::ordered_json summary_schema();

}  // namespace cnnbench
