#include "write.hpp"
#include "cnnbench/config/load.hpp"
#include "keys.hpp"

namespace cnnbench::config {

nlohmann::ordered_json written(const LayerConfig& layer) {
  nlohmann::ordered_json out;
  LayerConfig::fields(layer, [&](std::string_view name, const auto& member, auto&&...) {
    if (applies(layer.type, name)) out[std::string(name)] = written(member);
  });
  return out;
}

}  // namespace cnnbench::config

namespace cnnbench {

nlohmann::ordered_json to_json(const Experiment& experiment) { return config::written(experiment); }

}  // namespace cnnbench
