#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>
#include <utility>

#include "keys.hpp"
#include "layered.hpp"
#include "words.hpp"

namespace cnnbench::config {
namespace {

bool gives_preset(const Node& model) {
  const Node* preset = model.find("preset");
  return preset != nullptr && preset->value != "";
}

bool gives_layers(const Node& model) {
  const Node* layers = model.find("layers");
  return layers != nullptr && !(layers->is_array() && layers->children.empty());
}

// Two ways to say one thing: whichever is given on top wins.
void choose_network(Node& base, const Node& top) {
  const Node* given = top.find("model");
  if (given == nullptr) return;
  const bool preset = gives_preset(*given), layers = gives_layers(*given);
  if (preset == layers) return;
  for (Node& child : base.children)
    if (child.key == "model") child.erase(preset ? "layers" : "preset");
}

// A fallback belongs to the path beside which it stands: a path that is laid over it, and is not there, is a mistake.
void drop_fallback(Node& base, const Node& top) {
  const Node* given = top.find("data");
  if (given == nullptr || given->find("path") == nullptr) return;
  for (Node& child : base.children)
    if (child.key == "data") child.erase("fallback");
}

void merge(Node& base, Node top) {
  if (!base.is_object() || !top.is_object()) {
    base = std::move(top);
    return;
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.children.size(); ++i) places.emplace(base.children[i].key, i);
  for (Node& child : top.children) {
    if (const auto place = places.find(child.key); place != places.end())
      merge(base.children[place->second], std::move(child));
    else
      base.children.push_back(std::move(child));
  }
}

}  // namespace

void overlay(Node& base, Node top) {
  choose_network(base, top);
  drop_fallback(base, top);
  merge(base, std::move(top));
}

void resolve_aliases(Node& root, Faults& faults, Hints& hints) {
  const auto augment = std::find_if(root.children.begin(), root.children.end(), [](const Node& n) { return n.key == "augment"; });
  if (!root.is_object() || augment == root.children.end() || !augment->is_object()) return;
  for (const Alias& alias : augment_aliases) {
    const auto given =
        std::find_if(augment->children.begin(), augment->children.end(), [&](const Node& n) { return n.key == alias.keras; });
    if (given == augment->children.end()) continue;
    if (augment->find(alias.key) != nullptr) {
      faults.add(given->origin, fmt::format("/augment/{}", alias.keras),
                 fmt::format("'{}' is Keras' name of '{}', which is given too", alias.keras, alias.key));
      augment->children.erase(given);
      continue;
    }
    given->spelled = std::exchange(given->key, std::string(alias.key));
    const double value = given->value.is_number() ? given->value.get<double>() : 0;
    if (alias.keras == "shear_range" && value > 0 && value < 1)
      hints.push_back(
          fmt::format("{}: shear_range {} is in degrees, as in today's Keras, and does almost nothing; if a tutorial's "
                      "radians are meant: \"shear_degrees\": {:.1f}",
                      given->origin.str(), value, value * 180 / std::numbers::pi));
  }
}

}  // namespace cnnbench::config
