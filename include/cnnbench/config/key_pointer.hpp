// A key of the config, as --set and --axis have it, as a place in its JSON: "loader.batch_size" is /loader/batch_size.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cnnbench {

nlohmann::ordered_json::json_pointer key_pointer(const std::string& key);

}  // namespace cnnbench
