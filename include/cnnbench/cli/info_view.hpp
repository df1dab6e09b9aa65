// `cnnbench info` for a person: the record as groups of aligned lines, in units that people read. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cnnbench {

// "memory_total_bytes", 25276518400 -> "23.5 GiB"; null is "-", and what the key's end says is the unit.
std::string info_value(const std::string& key, const nlohmann::ordered_json& value);
std::string info_text(const nlohmann::ordered_json& record);

}  // namespace cnnbench
