#include <cstdlib>

#include "cnnbench/cli/devices.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/measure/machine.hpp"

namespace cnnbench {

std::string why_no_gpu_here() {
  const nlohmann::ordered_json info = nn_api().torch_info();
  return info.at("cuda_devices").empty() ? why_no_gpu(machine_record(), info, std::getenv("CUDA_VISIBLE_DEVICES")) : "";
}

}  // namespace cnnbench
