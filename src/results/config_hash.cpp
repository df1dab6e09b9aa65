#include "cnnbench/config/load.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

std::string config_hash(const Experiment& experiment) { return config_hash(to_json(experiment)); }

std::string config_hash(const nlohmann::ordered_json& config) {
  return sha256(nlohmann::json(config).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace cnnbench
