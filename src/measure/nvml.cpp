#include "nvml.hpp"

#include <dlfcn.h>

#include <array>

namespace cnnbench {
namespace {

constexpr int success = 0;     // NVML_SUCCESS
constexpr int gpu_sensor = 0;  // NVML_TEMPERATURE_GPU

struct Utilization {  // nvmlUtilization_t, percent
  unsigned gpu = 0, memory = 0;
};
struct Memory {  // nvmlMemory_t, bytes
  unsigned long long total = 0, free = 0, used = 0;
};

}  // namespace

struct Nvml::Calls {
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*driver_version)(char*, unsigned) = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*by_index)(unsigned, Device**) = nullptr;
  int (*by_pci_bus_id)(const char*, Device**) = nullptr;
  int (*name)(Device*, char*, unsigned) = nullptr;
  int (*utilization)(Device*, Utilization*) = nullptr;
  int (*memory)(Device*, Memory*) = nullptr;
  int (*temperature)(Device*, int, unsigned*) = nullptr;
  int (*power)(Device*, unsigned*) = nullptr;               // milliwatts
  int (*power_limit)(Device*, unsigned*) = nullptr;         // milliwatts
  int (*energy)(Device*, unsigned long long*) = nullptr;    // millijoules
  int (*throttle)(Device*, unsigned long long*) = nullptr;  // bits
};

std::shared_ptr<const Nvml> Nvml::open(const std::string& library) {
  if (library.empty()) return nullptr;
  const std::shared_ptr<Nvml> nvml(new Nvml);
  nvml->library_ = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!nvml->library_) return nullptr;
  const auto find = [&](auto& call, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (void* symbol = ::dlsym(nvml->library_, name)) {
        call = reinterpret_cast<std::remove_reference_t<decltype(call)>>(symbol);
        return;
      }
  };
  auto calls = std::make_unique<Calls>();
  find(calls->init, {"nvmlInit_v2", "nvmlInit"});
  find(calls->shutdown, {"nvmlShutdown"});
  find(calls->driver_version, {"nvmlSystemGetDriverVersion"});
  find(calls->count, {"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"});
  find(calls->by_index, {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"});
  find(calls->by_pci_bus_id, {"nvmlDeviceGetHandleByPciBusId_v2", "nvmlDeviceGetHandleByPciBusId"});
  find(calls->name, {"nvmlDeviceGetName"});
  find(calls->utilization, {"nvmlDeviceGetUtilizationRates"});
  find(calls->memory, {"nvmlDeviceGetMemoryInfo"});
  find(calls->temperature, {"nvmlDeviceGetTemperature"});
  find(calls->power, {"nvmlDeviceGetPowerUsage"});
  find(calls->power_limit, {"nvmlDeviceGetEnforcedPowerLimit"});
  find(calls->energy, {"nvmlDeviceGetTotalEnergyConsumption"});
  find(calls->throttle, {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"});
  if (!calls->init || calls->init() != success) return nullptr;
  nvml->calls_ = std::move(calls);
  return nvml;
}

Nvml::~Nvml() {
  if (calls_ && calls_->shutdown) calls_->shutdown();
  if (library_) ::dlclose(library_);
}

Nvml::Device* Nvml::by_index(unsigned index) const {
  Device* device = nullptr;
  return calls_->by_index && calls_->by_index(index, &device) == success ? device : nullptr;
}

Nvml::Device* Nvml::by_pci_bus_id(const std::string& bus_id) const {
  Device* device = nullptr;
  return calls_->by_pci_bus_id && calls_->by_pci_bus_id(bus_id.c_str(), &device) == success ? device : nullptr;
}

std::optional<unsigned> Nvml::count() const {
  unsigned count = 0;
  return calls_->count && calls_->count(&count) == success ? std::optional(count) : std::nullopt;
}

std::optional<std::string> Nvml::driver_version() const {
  std::array<char, 96> text{};
  if (!calls_->driver_version || calls_->driver_version(text.data(), text.size() - 1) != success) return std::nullopt;
  return text.data();
}

std::optional<std::string> Nvml::name(Device* device) const {
  std::array<char, 128> text{};
  if (!calls_->name || calls_->name(device, text.data(), text.size() - 1) != success) return std::nullopt;
  return text.data();
}

std::optional<double> Nvml::utilization_pct(Device* device) const {
  Utilization value;
  if (!calls_->utilization || calls_->utilization(device, &value) != success) return std::nullopt;
  return value.gpu;
}

std::optional<double> Nvml::memory_used_bytes(Device* device) const {
  Memory value;
  if (!calls_->memory || calls_->memory(device, &value) != success) return std::nullopt;
  return static_cast<double>(value.used);
}

std::optional<double> Nvml::memory_total_bytes(Device* device) const {
  Memory value;
  if (!calls_->memory || calls_->memory(device, &value) != success) return std::nullopt;
  return static_cast<double>(value.total);
}

std::optional<double> Nvml::temperature_c(Device* device) const {
  unsigned value = 0;
  if (!calls_->temperature || calls_->temperature(device, gpu_sensor, &value) != success) return std::nullopt;
  return value;
}

std::optional<double> Nvml::power_w(Device* device) const {
  unsigned value = 0;
  if (!calls_->power || calls_->power(device, &value) != success) return std::nullopt;
  return value * 1e-3;
}

std::optional<double> Nvml::power_limit_w(Device* device) const {
  unsigned value = 0;
  if (!calls_->power_limit || calls_->power_limit(device, &value) != success) return std::nullopt;
  return value * 1e-3;
}

std::optional<double> Nvml::energy_j(Device* device) const {
  unsigned long long value = 0;
  if (!calls_->energy || calls_->energy(device, &value) != success) return std::nullopt;
  return static_cast<double>(value) * 1e-3;
}

std::optional<std::uint64_t> Nvml::throttle_bits(Device* device) const {
  unsigned long long value = 0;
  if (!calls_->throttle || calls_->throttle(device, &value) != success) return std::nullopt;
  return value;
}

}  // namespace cnnbench
