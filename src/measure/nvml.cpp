#include "nvml.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cnnbench {
namespace {

constexpr int success = 0, insufficient_size = 7;    // NVML_SUCCESS, NVML_ERROR_INSUFFICIENT_SIZE
constexpr int gpu_sensor = 0;                        // NVML_TEMPERATURE_GPU
constexpr int sm_clock = 1, memory_clock = 2;        // NVML_CLOCK_SM, NVML_CLOCK_MEM
constexpr unsigned long long not_available = ~0ULL;  // NVML_VALUE_NOT_AVAILABLE
constexpr unsigned few_processes = 64, most_processes = 4096;

int number_of(Nvml::Clock clock) { return clock == Nvml::Clock::sm ? sm_clock : memory_clock; }

// One value of a call that may be missing and may fail.
template <class Out, class Handle, class In>
std::optional<Out> ask(int (*call)(Handle*, In*), Handle* device) {
  In value{};
  if (!call || call(device, &value) != success) return std::nullopt;
  return static_cast<Out>(value);
}

// The same of one of several clocks or sensors.
template <class Out, class Handle, class In>
std::optional<Out> ask(int (*call)(Handle*, int, In*), Handle* device, int which) {
  In value{};
  if (!call || call(device, which, &value) != success) return std::nullopt;
  return static_cast<Out>(value);
}

std::optional<double> thousandth(std::optional<double> value) { return value ? std::optional(*value * 1e-3) : std::nullopt; }

std::optional<double> given(unsigned long long bytes) {
  return bytes == not_available ? std::nullopt : std::optional(static_cast<double>(bytes));
}

}  // namespace

struct Nvml::Calls {
  struct Utilization {  // nvmlUtilization_t, percent
    unsigned gpu = 0, memory = 0;
  };
  struct Memory {  // nvmlMemory_t, bytes
    unsigned long long total = 0, free = 0, used = 0;
  };
  struct ProcessInfo {  // nvmlProcessInfo_t of the _v2 and _v3 calls; the first one had no instances
    unsigned pid = 0;
    unsigned long long bytes = 0;
    unsigned gpu_instance = 0, compute_instance = 0;
  };

  using Number = int (*)(Device*, unsigned*);
  using Text = int (*)(Device*, char*, unsigned);
  using OfClock = int (*)(Device*, int, unsigned*);
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*driver_version)(char*, unsigned) = nullptr;
  int (*cuda_version)(int*) = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*by_index)(unsigned, Device**) = nullptr;
  int (*by_pci_bus_id)(const char*, Device**) = nullptr;
  Text name = nullptr, uuid = nullptr;
  int (*compute_capability)(Device*, int*, int*) = nullptr;
  Number pcie_generation = nullptr, pcie_width = nullptr, pcie_max_generation = nullptr, pcie_max_width = nullptr;
  int (*ecc)(Device*, unsigned*, unsigned*) = nullptr;  // current, pending
  int (*mig)(Device*, unsigned*, unsigned*) = nullptr;
  Number persistence = nullptr;
  int (*utilization)(Device*, Utilization*) = nullptr;
  int (*memory)(Device*, Memory*) = nullptr;
  OfClock temperature = nullptr;                                              // of a sensor
  Number power = nullptr, power_limit = nullptr, power_default = nullptr;     // milliwatts
  int (*energy)(Device*, unsigned long long*) = nullptr;                      // millijoules
  int (*throttle)(Device*, unsigned long long*) = nullptr;                    // bits
  OfClock clock = nullptr, max_clock = nullptr, application_clock = nullptr;  // megahertz
  int (*processes)(Device*, unsigned*, ProcessInfo*) = nullptr;
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
  find(calls->cuda_version, {"nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"});
  find(calls->count, {"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"});
  find(calls->by_index, {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"});
  find(calls->by_pci_bus_id, {"nvmlDeviceGetHandleByPciBusId_v2", "nvmlDeviceGetHandleByPciBusId"});
  find(calls->name, {"nvmlDeviceGetName"});
  find(calls->uuid, {"nvmlDeviceGetUUID"});
  find(calls->compute_capability, {"nvmlDeviceGetCudaComputeCapability"});
  find(calls->pcie_generation, {"nvmlDeviceGetCurrPcieLinkGeneration"});
  find(calls->pcie_width, {"nvmlDeviceGetCurrPcieLinkWidth"});
  find(calls->pcie_max_generation, {"nvmlDeviceGetMaxPcieLinkGeneration"});
  find(calls->pcie_max_width, {"nvmlDeviceGetMaxPcieLinkWidth"});
  find(calls->ecc, {"nvmlDeviceGetEccMode"});
  find(calls->mig, {"nvmlDeviceGetMigMode"});
  find(calls->persistence, {"nvmlDeviceGetPersistenceMode"});
  find(calls->utilization, {"nvmlDeviceGetUtilizationRates"});
  find(calls->memory, {"nvmlDeviceGetMemoryInfo"});
  find(calls->temperature, {"nvmlDeviceGetTemperature"});
  find(calls->power, {"nvmlDeviceGetPowerUsage"});
  find(calls->power_limit, {"nvmlDeviceGetEnforcedPowerLimit"});
  find(calls->power_default, {"nvmlDeviceGetPowerManagementDefaultLimit"});
  find(calls->energy, {"nvmlDeviceGetTotalEnergyConsumption"});
  find(calls->throttle, {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"});
  find(calls->clock, {"nvmlDeviceGetClockInfo"});
  find(calls->max_clock, {"nvmlDeviceGetMaxClockInfo"});
  find(calls->application_clock, {"nvmlDeviceGetApplicationsClock"});
  find(calls->processes, {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2"});
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

std::optional<std::string> Nvml::cuda_version() const {
  int version = 0;  // 1000 x major + 10 x minor
  if (!calls_->cuda_version || calls_->cuda_version(&version) != success) return std::nullopt;
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::optional<std::string> Nvml::name(Device* device) const {
  std::array<char, 128> text{};
  if (!calls_->name || calls_->name(device, text.data(), text.size() - 1) != success) return std::nullopt;
  return text.data();
}

std::optional<std::string> Nvml::uuid(Device* device) const {
  std::array<char, 128> text{};
  if (!calls_->uuid || calls_->uuid(device, text.data(), text.size() - 1) != success) return std::nullopt;
  return text.data();
}

std::optional<std::string> Nvml::compute_capability(Device* device) const {
  int major = 0, minor = 0;
  if (!calls_->compute_capability || calls_->compute_capability(device, &major, &minor) != success) return std::nullopt;
  return fmt::format("{}.{}", major, minor);
}

Nvml::Pcie Nvml::pcie(Device* device) const {
  return {.generation = ask<unsigned>(calls_->pcie_generation, device),
          .width = ask<unsigned>(calls_->pcie_width, device),
          .max_generation = ask<unsigned>(calls_->pcie_max_generation, device),
          .max_width = ask<unsigned>(calls_->pcie_max_width, device)};
}

std::optional<bool> Nvml::ecc(Device* device) const {
  unsigned current = 0, pending = 0;
  if (!calls_->ecc || calls_->ecc(device, &current, &pending) != success) return std::nullopt;
  return current != 0;
}

std::optional<bool> Nvml::mig(Device* device) const {
  unsigned current = 0, pending = 0;
  if (!calls_->mig || calls_->mig(device, &current, &pending) != success) return std::nullopt;
  return current != 0;
}

std::optional<bool> Nvml::persistence(Device* device) const { return ask<bool>(calls_->persistence, device); }

std::optional<double> Nvml::utilization_pct(Device* device) const {
  Calls::Utilization value;
  if (!calls_->utilization || calls_->utilization(device, &value) != success) return std::nullopt;
  return value.gpu;
}

std::optional<double> Nvml::memory_used_bytes(Device* device) const {
  Calls::Memory value;
  if (!calls_->memory || calls_->memory(device, &value) != success) return std::nullopt;
  return given(value.used);
}

std::optional<double> Nvml::memory_total_bytes(Device* device) const {
  Calls::Memory value;
  if (!calls_->memory || calls_->memory(device, &value) != success) return std::nullopt;
  return given(value.total);
}

std::optional<double> Nvml::temperature_c(Device* device) const { return ask<double>(calls_->temperature, device, gpu_sensor); }

std::optional<double> Nvml::power_w(Device* device) const { return thousandth(ask<double>(calls_->power, device)); }
std::optional<double> Nvml::power_limit_w(Device* device) const { return thousandth(ask<double>(calls_->power_limit, device)); }
std::optional<double> Nvml::power_default_w(Device* device) const { return thousandth(ask<double>(calls_->power_default, device)); }
std::optional<double> Nvml::energy_j(Device* device) const { return thousandth(ask<double>(calls_->energy, device)); }

std::optional<std::uint64_t> Nvml::throttle_bits(Device* device) const { return ask<std::uint64_t>(calls_->throttle, device); }

std::optional<double> Nvml::clock_mhz(Device* device, Clock clock) const {
  return ask<double>(calls_->clock, device, number_of(clock));
}
std::optional<double> Nvml::max_clock_mhz(Device* device, Clock clock) const {
  return ask<double>(calls_->max_clock, device, number_of(clock));
}
std::optional<double> Nvml::application_clock_mhz(Device* device, Clock clock) const {
  return ask<double>(calls_->application_clock, device, number_of(clock));
}

std::optional<std::vector<Nvml::Process>> Nvml::processes(Device* device) const {
  if (!calls_->processes) return std::nullopt;
  std::vector<Calls::ProcessInfo> found(few_processes);
  auto count = few_processes;
  int status = calls_->processes(device, &count, found.data());
  if (status == insufficient_size) {  // then `count` says how many there are; a few more may start meanwhile
    count = std::min(count + few_processes, most_processes);
    found.resize(count);
    status = calls_->processes(device, &count, found.data());
  }
  if (status != success || count > found.size()) return std::nullopt;
  std::vector<Process> out;
  for (unsigned i = 0; i < count; ++i) out.push_back({found[i].pid, given(found[i].bytes)});
  return out;
}

}  // namespace cnnbench
