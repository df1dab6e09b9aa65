#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

std::string config_hash(const Experiment& experiment) { return config_hash(to_json(experiment)); }

std::string config_hash(const nlohmann::ordered_json& config) { return sha256(json_line(nlohmann::json(config))); }

}  // namespace cnnbench
