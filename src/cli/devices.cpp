#include "cnnbench/cli/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr std::string_view cuda_prefix = "cuda:";

std::string resolve(const std::string& name, std::size_t gpus) {
  if (name == "cpu") return name;
  if (name == "auto") return gpus > 0 ? "cuda:0" : "cpu";
  std::size_t index = 0;
  bool valid = name == "cuda";
  if (name.starts_with(cuda_prefix)) {
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + cuda_prefix.size(), end, index);
    valid = parsed.ec == std::errc() && parsed.ptr == end;
  }
  if (!valid)
    throw Error(ExitCode::usage, fmt::format("'{}' is no device", name), "use auto, cpu, cuda or cuda:N, several with commas");
  if (gpus == 0)
    throw Error(ExitCode::no_device, fmt::format("device {} was asked for, but no CUDA GPU is usable here", name),
                "check the driver with nvidia-smi, or use --device cpu");
  if (index >= gpus)
    throw Error(ExitCode::no_device, fmt::format("device {} was asked for, but this machine has cuda:0 to cuda:{}", name, gpus - 1),
                "choose one of those");
  return fmt::format("cuda:{}", index);
}

}  // namespace

std::vector<std::string> resolve_devices(const std::string& asked, const nlohmann::ordered_json& info) {
  const std::size_t gpus = info.at("cuda_devices").size();
  std::vector<std::string> devices;
  for (std::size_t begin = 0; begin <= asked.size();) {
    const std::size_t end = std::min(asked.find(',', begin), asked.size());
    const std::string device = resolve(asked.substr(begin, end - begin), gpus);
    if (std::find(devices.begin(), devices.end(), device) == devices.end()) devices.push_back(device);
    begin = end + 1;
  }
  return devices;
}

}  // namespace cnnbench
