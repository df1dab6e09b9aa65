// Results that were changed after they were written, as their checksums tell: whoever reads them goes on, with a taint that says so.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// "the checksum of a/result.json is wrong: it was changed after it was written"; nullopt: it is right. `source`: the file, of a line
// of rows with its number.
std::optional<std::string> changed_since_written(const nlohmann::ordered_json& document, const std::string& source);

// Those taints of rows, each once: what a command warns of.
std::vector<std::string> changed_sources(const std::vector<Row>&);

}  // namespace cnnbench
