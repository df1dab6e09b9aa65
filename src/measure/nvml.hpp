// The few calls of NVIDIA's management library that telemetry and the machine record need, found with dlopen at run time:
// no header and no link dependency. Each symbol that is missing and each call that fails is nullopt for that figure only.
// Declarations after nvml.h of the NVIDIA driver (the C interface is stable; _v2 names are the ones the header maps to).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cnnbench {

class Nvml {
 public:
  static std::shared_ptr<const Nvml> open(const std::string& library);  // null: no driver here
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  // Which device; one of another's lifetime is never looked at, so a plain pointer is enough.
  struct Device;
  Device* by_index(unsigned index) const;                  // null: none
  Device* by_pci_bus_id(const std::string& bus_id) const;  // null: none
  std::optional<unsigned> count() const;
  std::optional<std::string> driver_version() const;
  std::optional<std::string> cuda_version() const;  // the newest that the driver can run: "13.0"

  // What it is.
  std::optional<std::string> name(Device*) const;
  std::optional<std::string> uuid(Device*) const;
  std::optional<std::string> compute_capability(Device*) const;  // "9.0"
  std::optional<double> memory_total_bytes(Device*) const;
  struct Pcie {
    std::optional<unsigned> generation, width, max_generation, max_width;  // an idle GPU lowers the generation
  };
  Pcie pcie(Device*) const;
  std::optional<bool> ecc(Device*) const;
  std::optional<bool> mig(Device*) const;
  std::optional<bool> persistence(Device*) const;

  // What it does.
  std::optional<double> utilization_pct(Device*) const;
  std::optional<double> memory_used_bytes(Device*) const;
  std::optional<double> temperature_c(Device*) const;
  std::optional<double> power_w(Device*) const;
  std::optional<double> power_limit_w(Device*) const;  // in force
  std::optional<double> power_default_w(Device*) const;
  std::optional<double> energy_j(Device*) const;  // counter since the driver was loaded
  std::optional<std::uint64_t> throttle_bits(Device*) const;
  enum class Clock { sm, memory };
  std::optional<double> clock_mhz(Device*, Clock) const;
  std::optional<double> max_clock_mhz(Device*, Clock) const;
  std::optional<double> application_clock_mhz(Device*, Clock) const;  // what programs ask for unless told otherwise

  // Processes that compute on it, ours included. `pid` is the machine's, not a container's.
  struct Process {
    std::int64_t pid = 0;
    std::optional<double> bytes;
  };
  std::optional<std::vector<Process>> processes(Device*) const;

 private:
  Nvml() = default;
  struct Calls;
  void* library_ = nullptr;
  std::unique_ptr<Calls> calls_;
};

}  // namespace cnnbench
