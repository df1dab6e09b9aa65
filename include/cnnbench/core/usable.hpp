// What this process may use of its machine: cores and memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cnnbench/core/launch.hpp"

namespace cnnbench {

// Cores this process may use, from the affinity mask and the cgroup quota (rounded up), at least 1.
struct UsableCpus {
  std::vector<int> cpus;  // the affinity mask
  double quota = 0;       // cores by cgroup quota; 0: none
  int count() const;
};
UsableCpus usable_cpus(const std::filesystem::path& root = "/");
// Of the ranks of one machine each has cores of its own: those that its launcher bound it to, or, where it bound none (its own
// cores, `launchers`, are the same), a part of them. At least one; of more ranks than cores several share one.
UsableCpus cpus_of_rank(UsableCpus, const Launch&, const std::vector<int>& launchers);
// This process', of this rank, as they were at the first call: libgomp binds the main thread to one core, which would then seem to
// be all there is.
const UsableCpus& process_cpus();

std::uint64_t available_memory_bytes(const std::filesystem::path& root = "/");

}  // namespace cnnbench
