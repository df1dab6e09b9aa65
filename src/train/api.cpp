// What libcnnbench_nn exports; include/cnnbench/train/api.hpp says why it is a library of its own.
#include "cnnbench/train/api.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "kernels/devices.hpp"
#include "kernels/tensor.hpp"
#include "train/errors.hpp"
#include "train/run.hpp"

namespace cnnbench {

RunResult train(const Experiment& experiment, const Splits& splits, const std::string& device, const Hooks& hooks) {
  return translating_torch_errors([&] { return run_training(experiment, splits, device, hooks); });
}

nlohmann::ordered_json torch_info() {
  nlohmann::ordered_json devices = nlohmann::ordered_json::array();
  const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  for (int i = 0; i < count; ++i) devices.push_back(cuda_device_info(i));
  return {{"libtorch", TORCH_VERSION},
          {"cuda_version", cuda_version()},
          {"cuda_devices", devices},
          {"cpu_capability", at::get_cpu_capability()},
          {"mkldnn", at::globalContext().hasMKLDNN()},
          {"compute_threads", at::get_num_threads()}};
}

}  // namespace cnnbench

extern "C" __attribute__((visibility("default"))) const cnnbench::NnApi cnnbench_nn;
const cnnbench::NnApi cnnbench_nn{cnnbench::nn_api_version, &cnnbench::train, &cnnbench::open_predictor, &cnnbench::torch_info};
