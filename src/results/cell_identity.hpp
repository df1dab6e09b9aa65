// Which cell a row is: what was asked for, without what makes no other cell. Pure. Not here: which rows go together (pairing.hpp).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

inline constexpr const char* the_data = "data";  // among keys: stands for the pictures

// The resolved config without name, description, seed, device and place of the pictures, nor the keys of `across`.
nlohmann::ordered_json cell_identity(const Row&, const std::vector<std::string>& across);

// The config keys in which what was asked for differs.
std::vector<std::string> differing_keys(const Row& base, const Row& other, const std::vector<std::string>& across);

// Whether it has all of these: "loader.workers=1". Throws Error(usage), as for --base, where one is no KEY=VALUE or no key.
bool has_settings(const Row&, const std::vector<std::string>& sets);

}  // namespace cnnbench
