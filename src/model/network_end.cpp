// How a network ends: its last activation is the loss's, as Keras' users write it, and its outputs are the classes'.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/model/plan.hpp"

namespace cnnbench {
namespace {

bool is_loss_activation(Activation a) { return a == Activation::sigmoid || a == Activation::softmax; }

// The layer that gives the outputs, and the one whose activation is applied last, which may be a layer of its own.
struct End {
  std::size_t outputs = 0, activation = 0;
  Activation kind = Activation::none;
};
std::optional<End> end_of(const std::vector<LayerConfig>& layers) {
  if (layers.empty()) return std::nullopt;
  End end{layers.size() - 1, layers.size() - 1, layers.back().activation};
  if (layers.back().type == LayerType::activation && layers.size() > 1) {
    end.outputs = layers.size() - 2;
    const LayerConfig& before = layers[end.outputs];
    if (before.type == LayerType::dense && end.kind == Activation::none) {
      end.activation = end.outputs;
      end.kind = before.activation;
    }
  }
  return layers[end.outputs].type == LayerType::dense ? std::optional(end) : std::nullopt;
}

}  // namespace

std::optional<EndFault> fault_of_end(const std::vector<LayerConfig>& layers, int classes) {
  const auto end = end_of(layers);
  if (!end) return std::nullopt;
  const int outputs = classes == 2 ? 1 : classes;
  const std::string kind(name_of(end->kind)), at = fmt::format("/{}/activation", end->activation);
  if (end->kind != Activation::none && !is_loss_activation(end->kind))
    return EndFault{
        at, fmt::format("the last layer's outputs go into the loss, which has its own sigmoid or softmax: no {} before it", kind),
        "leave its activation out"};
  if (classes <= 0) return std::nullopt;
  if (end->kind == Activation::softmax && outputs == 1)
    return EndFault{at, "softmax over the single output that two classes have is always 1",
                    "write \"sigmoid\" with 1 unit, or leave activation and units out"};
  if (end->kind == Activation::sigmoid && outputs > 1)
    return EndFault{at, fmt::format("{} classes exclude each other: their loss has a softmax, no sigmoid", classes),
                    "write \"softmax\", or leave the activation out"};
  if (const auto& units = layers[end->outputs].units; units && *units != outputs)
    return EndFault{fmt::format("/{}/units", end->outputs),
                    fmt::format("{} units, but {} classes need {}", *units, classes,
                                outputs == 1 ? "a single output" : fmt::format("{} outputs", outputs)),
                    "leave units out: the last dense layer takes what the classes need"};
  return std::nullopt;
}

Activation loss_activation_of(const std::vector<LayerConfig>& layers) {
  const auto end = end_of(layers);
  return end && is_loss_activation(end->kind) ? end->kind : Activation::none;
}

std::vector<LayerConfig> without_loss_activation(std::vector<LayerConfig> layers) {
  const auto end = end_of(layers);
  if (!end || !is_loss_activation(end->kind)) return layers;
  if (layers[end->activation].type == LayerType::activation)
    layers.pop_back();
  else
    layers[end->activation].activation = Activation::none;
  return layers;
}

}  // namespace cnnbench
