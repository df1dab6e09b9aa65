// One NVIDIA GPU under observation: what a sample of it holds, and who else computes on it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cnnbench/measure/telemetry.hpp"
#include "nvml.hpp"

namespace cnnbench {

class GpuWatch {
 public:
  explicit GpuWatch(const TelemetryOptions&);

  std::optional<double> energy_j() const { return gpu_ ? nvml_->energy_j(gpu_) : std::nullopt; }  // since the driver was loaded
  void read(TelemetrySample&) const;                                                              // what is quick to read
  void read_slow(TelemetrySample&) const;  // other processes; about a millisecond on a real driver
  std::optional<double> power_limit_w() const { return gpu_ ? nvml_->power_limit_w(gpu_) : std::nullopt; }
  std::optional<double> power_default_w() const { return power_default_w_; }

  bool watching() const { return !asked_nothing_; }
  std::string why_no_energy() const;

 private:
  bool asked_nothing_;
  std::string library_;
  std::shared_ptr<const Nvml> nvml_;
  Nvml::Device* gpu_ = nullptr;
  bool first_pids_;      // our process id is the one that the driver knows: no container is between
  bool sliced_ = false;  // MIG
  std::optional<double> power_default_w_;
};

}  // namespace cnnbench
