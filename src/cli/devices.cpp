#include "cnnbench/cli/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

constexpr std::string_view cuda_prefix = "cuda:";

std::string resolve(const std::string& name, std::size_t gpus, const std::string& why_no_gpu) {
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
    throw Error(
        ExitCode::no_device,
        fmt::format("device {} was asked for, but no CUDA GPU is usable here{}", name, why_no_gpu.empty() ? "" : ": " + why_no_gpu),
        "check the driver with nvidia-smi, or use --device cpu");
  if (index >= gpus)
    throw Error(ExitCode::no_device, fmt::format("device {} was asked for, but this machine has cuda:0 to cuda:{}", name, gpus - 1),
                "choose one of those");
  return fmt::format("cuda:{}", index);
}

// The number before the point; 0: unknown.
int major_of(const nlohmann::ordered_json& version) {
  int major = 0;
  if (version.is_string()) {
    const auto& text = version.get_ref<const std::string&>();
    std::from_chars(text.data(), text.data() + text.size(), major);
  }
  return major;
}

std::string reason(const nlohmann::ordered_json& machine, const nlohmann::ordered_json& info, const char* visible) {
  const std::string_view shown = visible == nullptr ? "" : visible;
  if (visible != nullptr && shown.find_first_not_of(' ') == std::string_view::npos)
    return "CUDA_VISIBLE_DEVICES is set and empty, which hides every GPU: unset it";
  if (shown.starts_with("-")) return fmt::format("CUDA_VISIBLE_DEVICES={} hides every GPU: unset it", shown);
  const auto runtime = info.find("cuda_version");
  if (runtime == info.end() || !runtime->is_string())
    return "this libtorch was built without CUDA: 'pip install torch==2.11.0' brings one with it";
  const nlohmann::ordered_json driver = machine.value("gpu_cuda_version", nlohmann::ordered_json());
  if (const int of_driver = major_of(driver); of_driver > 0 && of_driver < major_of(*runtime))
    return fmt::format("the driver knows CUDA {}, libtorch needs CUDA {}: update the driver, or install a torch for CUDA {}",
                       driver.get<std::string>(), runtime->get<std::string>(), of_driver);
  if (visible != nullptr) return fmt::format("CUDA_VISIBLE_DEVICES={} may name none of them: unset it", shown);
  return "why is not known; in a container /dev/nvidia-uvm may be missing, after a driver update a restart may be due";
}

}  // namespace

std::string why_no_gpu(const nlohmann::ordered_json& machine, const nlohmann::ordered_json& info, const char* visible) {
  const auto gpus = machine.find("gpus");
  if (!info.at("cuda_devices").empty() || gpus == machine.end() || !gpus->is_array() || gpus->empty()) return {};
  const nlohmann::ordered_json name = gpus->front().value("name", nlohmann::ordered_json());
  return fmt::format("the driver shows {}{}, but libtorch uses none ({})",
                     gpus->size() == 1 ? std::string("a GPU") : fmt::format("{} GPUs", gpus->size()),
                     name.is_string() ? fmt::format(" ({})", name.get<std::string>()) : "", reason(machine, info, visible));
}

std::string device_of_rank(const std::string& asked, const nlohmann::ordered_json& info, int local_rank, int local_size) {
  const std::size_t gpus = info.at("cuda_devices").size();
  if ((asked != "auto" && asked != "cuda") || gpus == 0) return asked;
  if (gpus == 1) return "cuda:0";
  if (gpus < static_cast<std::size_t>(local_size))
    throw Error(ExitCode::no_device,
                fmt::format("{} ranks on this machine share {} GPUs, and each needs its own", local_size, gpus),
                "start as many as there are GPUs, or train with --device cpu");
  return fmt::format("cuda:{}", local_rank);
}

std::vector<std::string> resolve_devices(const std::string& asked, const nlohmann::ordered_json& info, const std::string& why) {
  const std::size_t gpus = info.at("cuda_devices").size();
  std::vector<std::string> devices;
  for (std::size_t begin = 0; begin <= asked.size();) {
    const std::size_t end = std::min(asked.find(',', begin), asked.size());
    const std::string device = resolve(asked.substr(begin, end - begin), gpus, why);
    if (std::find(devices.begin(), devices.end(), device) == devices.end()) devices.push_back(device);
    begin = end + 1;
  }
  return devices;
}

}  // namespace cnnbench
