// What the machine is, for a result to travel with: processor, cores that may be used, memory, kernel, GPUs, load.
// Never its name: hostname_hash only tells two machines apart. What cannot be found out is null.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace cnnbench {

nlohmann::ordered_json machine_record(const std::filesystem::path& root = "/",
                                      const std::string& nvml_library = "libnvidia-ml.so.1");

}  // namespace cnnbench
