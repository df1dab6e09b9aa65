#include "gpu_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

// The kernel's first process namespace has a fixed number (PROC_PID_INIT_INO of Linux); a container's is another.
bool in_first_pid_namespace(const fs::path& root) {
  std::error_code error;
  return fs::read_symlink(root / "proc/self/ns/pid", error) == "pid:[4026531836]";
}

}  // namespace

GpuWatch::GpuWatch(const TelemetryOptions& options)
    : asked_nothing_(options.gpu_index < 0 && options.gpu_pci_bus_id.empty()),
      library_(options.nvml_library),
      first_pids_(in_first_pid_namespace(options.root)) {
  if (asked_nothing_) return;
  nvml_ = Nvml::open(library_);
  if (!nvml_) return;
  if (!options.gpu_pci_bus_id.empty()) gpu_ = nvml_->by_pci_bus_id(options.gpu_pci_bus_id);
  if (!gpu_ && options.gpu_index >= 0) gpu_ = nvml_->by_index(static_cast<unsigned>(options.gpu_index));
  if (!gpu_) return;
  power_default_w_ = nvml_->power_default_w(gpu_);
  sliced_ = nvml_->mig(gpu_).value_or(false);
}

void GpuWatch::read(TelemetrySample& sample) const {
  if (!gpu_) return;
  // Of a slice (MIG) the driver tells none of these, and the board's are everybody's.
  sample.gpu_util_pct = sliced_ ? std::nullopt : nvml_->utilization_pct(gpu_);
  sample.gpu_memory_bytes = sliced_ ? std::nullopt : nvml_->memory_used_bytes(gpu_);
  sample.gpu_temp_c = nvml_->temperature_c(gpu_);
  sample.gpu_power_w = nvml_->power_w(gpu_);
  sample.gpu_sm_mhz = nvml_->clock_mhz(gpu_, Nvml::Clock::sm);
  sample.gpu_memory_mhz = nvml_->clock_mhz(gpu_, Nvml::Clock::memory);
  sample.gpu_throttle_bits = nvml_->throttle_bits(gpu_);
}

void GpuWatch::read_slow(TelemetrySample& sample) const {
  sample.gpu_other_processes.reset();
  sample.gpu_other_bytes.reset();
  const auto processes = gpu_ && !sliced_ ? nvml_->processes(gpu_) : std::nullopt;
  if (!processes) return;
  int others = 0;
  double bytes = 0;
  bool all_told = true, seen = false;
  for (const Nvml::Process& process : *processes) {
    if (process.pid == ::getpid()) {
      seen = true;
      continue;
    }
    ++others;
    bytes += process.bytes.value_or(0);
    all_told = all_told && process.bytes;
  }
  // In a container the driver lists us, who compute there, under a number we do not know: one of them is us, but which?
  if (!seen && !first_pids_ && others > 0) {
    --others;
    all_told = others == 0;
    bytes = 0;
  }
  sample.gpu_other_processes = others;
  if (all_told) sample.gpu_other_bytes = bytes;
}

std::string GpuWatch::why_no_energy() const {
  if (!nvml_) return fmt::format("NVIDIA's management library ({}) does not load", library_);
  if (!gpu_) return "NVIDIA's management library does not know this GPU";
  if (!nvml_->energy_j(gpu_) && !nvml_->power_w(gpu_)) return "the driver tells neither energy nor power of this GPU";
  return {};
}

}  // namespace cnnbench
