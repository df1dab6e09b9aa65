#include "cnnbench/core/sha256.hpp"
#include "machine_parts.hpp"
#include "nvml.hpp"

namespace cnnbench::machine_parts {
namespace {

Json gpu_record(const Nvml& nvml, Nvml::Device* gpu) {
  using enum Nvml::Clock;
  const Nvml::Pcie pcie = gpu ? nvml.pcie(gpu) : Nvml::Pcie{};
  const auto ask = [&](auto&& call) { return gpu ? or_null(call()) : Json(nullptr); };
  const auto uuid = gpu ? nvml.uuid(gpu) : std::nullopt;
  const auto processes = gpu ? nvml.processes(gpu) : std::nullopt;
  return {{"name", ask([&] { return nvml.name(gpu); })},
          {"uuid_hash", uuid ? Json(sha256(*uuid).substr(0, 16)) : Json(nullptr)},
          {"compute_capability", ask([&] { return nvml.compute_capability(gpu); })},
          {"memory_bytes", ask([&] { return nvml.memory_total_bytes(gpu); })},
          {"memory_used_bytes", ask([&] { return nvml.memory_used_bytes(gpu); })},
          {"processes", processes ? Json(processes->size()) : Json(nullptr)},
          {"pcie_generation", or_null(pcie.generation)},
          {"pcie_max_generation", or_null(pcie.max_generation)},
          {"pcie_width", or_null(pcie.width)},
          {"pcie_max_width", or_null(pcie.max_width)},
          {"sm_mhz", ask([&] { return nvml.clock_mhz(gpu, sm); })},
          {"sm_max_mhz", ask([&] { return nvml.max_clock_mhz(gpu, sm); })},
          {"sm_application_mhz", ask([&] { return nvml.application_clock_mhz(gpu, sm); })},
          {"memory_mhz", ask([&] { return nvml.clock_mhz(gpu, memory); })},
          {"memory_max_mhz", ask([&] { return nvml.max_clock_mhz(gpu, memory); })},
          {"memory_application_mhz", ask([&] { return nvml.application_clock_mhz(gpu, memory); })},
          {"power_limit_w", ask([&] { return nvml.power_limit_w(gpu); })},
          {"power_default_w", ask([&] { return nvml.power_default_w(gpu); })},
          {"temperature_c", ask([&] { return nvml.temperature_c(gpu); })},
          {"ecc", ask([&] { return nvml.ecc(gpu); })},
          {"mig", ask([&] { return nvml.mig(gpu); })},
          {"persistence", ask([&] { return nvml.persistence(gpu); })}};
}

}  // namespace

void add_gpus(Json& out, const std::string& library) {
  const auto nvml = Nvml::open(library);
  out["gpu_driver"] = nvml ? or_null(nvml->driver_version()) : Json(nullptr);
  out["gpu_cuda_version"] = nvml ? or_null(nvml->cuda_version()) : Json(nullptr);
  out["gpus"] = nullptr;
  const auto count = nvml ? nvml->count() : std::nullopt;
  if (!count) return;
  out["gpus"] = Json::array();
  for (unsigned i = 0; i < *count; ++i) out["gpus"].push_back(gpu_record(*nvml, nvml->by_index(i)));
}

}  // namespace cnnbench::machine_parts
