// Limits that a container or a systemd slice sets: CPU quota, memory, and the time the quota held us back. cgroup v1 and v2.
// A limit counts if any group from ours up to the root has it. Formats: Documentation/admin-guide/cgroup-v{1,2} of Linux.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace cnnbench {

std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root);            // cores; the smallest; nullopt: none
std::optional<std::uint64_t> cgroup_memory_limit(const std::filesystem::path& root);  // bytes; the smallest; nullopt: none
std::optional<std::uint64_t> cgroup_memory_headroom(
    const std::filesystem::path& root);  // bytes that may still be taken; nullopt: no limit

// A counter, of our own group; where its file is is looked for once.
class ThrottledTime {
 public:
  explicit ThrottledTime(const std::filesystem::path& root);
  std::optional<double> seconds() const;

 private:
  std::filesystem::path file_;  // empty: there is none
};

}  // namespace cnnbench
