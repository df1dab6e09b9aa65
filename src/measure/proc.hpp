// Counters of /proc: what the cores did, what this process used, how much memory it holds. Formats: man 5 proc.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace cnnbench {

// Clock ticks summed over cores since boot. Time stolen by a hypervisor counts as busy: the core was not to be had.
struct CpuTicks {
  double busy = 0, total = 0;
  double stolen = 0;  // part of busy
};
std::optional<CpuTicks> cpu_ticks(const std::filesystem::path& root, const std::vector<int>& cpus);  // no cpus: all

std::optional<double> process_cpu_seconds(const std::filesystem::path& root);  // user and system, all threads
std::optional<double> major_faults(const std::filesystem::path& root);         // of this process: pages that came from a disk
std::optional<double> rss_bytes(const std::filesystem::path& root);

}  // namespace cnnbench
