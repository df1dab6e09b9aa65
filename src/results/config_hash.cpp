#include "cnnbench/config/load.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

std::string config_hash(const Experiment& experiment) {
  return sha256(nlohmann::json(to_json(experiment)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace cnnbench
