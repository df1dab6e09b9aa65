#include "cnnbench/config/own_layers.hpp"

#include <algorithm>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr std::string_view list = "own:";

bool is_layer(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

}  // namespace

std::optional<OwnLayers> read_own_layers(const std::string& text) {
  if (text == "auto") return OwnLayers{.automatic = true};
  if (text == "own") return OwnLayers{.all = true};
  if (text == "library") return OwnLayers{};
  if (!text.starts_with(list)) return std::nullopt;
  OwnLayers out;
  for (std::size_t at = list.size(); at <= text.size();) {
    const std::size_t end = std::min(text.find('+', at), text.size());
    const std::string name = text.substr(at, end - at);
    if (!is_layer(name)) return std::nullopt;
    out.layers.insert(name);
    at = end + 1;
  }
  return out;
}

OwnLayers own_layers(const std::string& text) {
  if (const auto read = read_own_layers(text)) return *read;
  throw Error(ExitCode::usage, "train.convolution is " + text, "give auto, own, library or own:LAYER+LAYER");
}

std::string own_layers_text(const std::vector<std::string>& possible, const std::set<std::string>& own) {
  std::string names;
  std::size_t count = 0;
  for (const std::string& layer : possible)
    if (own.contains(layer)) {
      names += (count == 0 ? "" : "+") + layer;
      ++count;
    }
  return count == 0 ? "library" : count == possible.size() ? "own" : std::string(list) + names;
}

}  // namespace cnnbench
