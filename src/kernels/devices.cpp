#include "kernels/devices.hpp"

#ifdef CNNBENCH_CUDA
#include <ATen/cuda/CUDAContextLight.h>
#endif
#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/threads.hpp"
#include "cnnbench/measure/machine.hpp"
#include "kernels/loops.hpp"

namespace cnnbench {

at::Device open_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const at::Device device(name);
  if (!torch::cuda::is_available())
    throw Error(ExitCode::no_device, fmt::format("device {} was asked for, but no CUDA GPU is usable here", name),
                "check the driver with nvidia-smi, or use --device cpu");
  const at::DeviceIndex index = device.has_index() ? device.index() : at::DeviceIndex{0};
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (index >= count)
    throw Error(ExitCode::no_device,
                fmt::format("device {} was asked for, but there are {} CUDA GPUs (cuda:0 to cuda:{})", name, count, count - 1),
                "choose one of them");
  return {at::kCUDA, index};
}

#ifdef CNNBENCH_CUDA

namespace {

// Not from cudaDeviceProp, whose later members moved between CUDA 12 and 13: the same library runs with both.
int attribute(cudaDeviceAttr what, int index) {
  int value = 0;
  cudaDeviceGetAttribute(&value, what, index);
  return value;
}

}  // namespace

std::string pci_bus_id(const at::Device& device) {
  return fmt::format("{:08x}:{:02x}:{:02x}.0", attribute(cudaDevAttrPciDomainId, device.index()),
                     attribute(cudaDevAttrPciBusId, device.index()), attribute(cudaDevAttrPciDeviceId, device.index()));
}

nlohmann::ordered_json cuda_device_info(int index) {
  const cudaDeviceProp* p = at::cuda::getDeviceProperties(static_cast<at::DeviceIndex>(index));
  return {{"name", p->name},
          {"memory_bytes", p->totalGlobalMem},
          {"compute_capability", fmt::format("{}.{}", p->major, p->minor)},
          {"multiprocessors", attribute(cudaDevAttrMultiProcessorCount, index)}};
}

#else  // a libtorch without CUDA has no device to ask

std::string pci_bus_id(const at::Device&) { return {}; }
nlohmann::ordered_json cuda_device_info(int) { return {{"name", "CUDA"}}; }

#endif

nlohmann::ordered_json cuda_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDART()) return nullptr;
  const long version = hooks.versionCUDART();  // 1000 x major + 10 x minor
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::string device_name(const at::Device& device) {
  if (device.is_cuda()) return cuda_device_info(device.index()).at("name").get<std::string>();
  const nlohmann::ordered_json cpu = machine_record().at("cpu_info");
  return cpu.is_string() ? cpu.get<std::string>() : "CPU";
}

void set_compute_threads(int count) {
  require_threads(count - 1, "computing", "set train.threads to fewer");
  at::set_num_threads(count);
  // A setting of each thread's own.
  on_threads(count, [] { at::globalContext().setFlushDenormal(true); });
}

}  // namespace cnnbench
