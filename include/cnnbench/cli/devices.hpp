// From `--device cpu,cuda` to a list of devices that are there. Pure: what torch sees is an argument.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cnnbench {

// `info` is torch_info(). auto: the first CUDA GPU, else the CPU. Throws Error(no_device) where CUDA is asked for and absent,
// Error(usage) for anything that is no device.
std::vector<std::string> resolve_devices(const std::string& asked, const nlohmann::ordered_json& info);

}  // namespace cnnbench
