// The parts of verify: how a document is compared with what is computed again, and the two kinds of result.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/results/verify.hpp"

namespace cnnbench::verifying {

using Json = nlohmann::ordered_json;

// A run: `stated` as it stands in the file; epochs.csv is looked at by the caller.
Verified run(const Json& stated, const std::string& source);
// A row of bench.
Verified row(const Json& stated, const std::string& source);

// One fault for each place where `again` has another value; numbers may differ by rounding.
void differences(const Json& stated, const Json& again, const std::string& place, std::vector<std::string>& faults);

}  // namespace cnnbench::verifying
