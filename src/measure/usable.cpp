#include <sched.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "cgroup.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "read_text.hpp"

namespace cnnbench {
namespace {

std::vector<int> affinity() {
  // The kernel refuses a set smaller than its own, so grow it until it fits.
  for (std::size_t most = 1024; most <= (1u << 16); most *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(most), [](cpu_set_t* s) { CPU_FREE(s); });
    const std::size_t size = CPU_ALLOC_SIZE(most);
    if (set && ::sched_getaffinity(0, size, set.get()) == 0) {
      std::vector<int> cpus;
      for (std::size_t cpu = 0; cpu < most; ++cpu)
        if (CPU_ISSET_S(cpu, size, set.get())) cpus.push_back(static_cast<int>(cpu));
      return cpus;
    }
  }
  return {};
}

std::vector<int> allowed_in(const std::filesystem::path& root) {
  const auto status = read_text(root / "proc/self/status");
  if (!status) return {};
  constexpr std::string_view key = "Cpus_allowed_list:";
  for (const std::string_view line : split(*status, '\n'))
    if (line.starts_with(key)) return parse_cpu_list(line.substr(key.size()));
  return {};
}

}  // namespace

int UsableCpus::count() const {
  const int mask = std::max<int>(1, static_cast<int>(cpus.size()));
  if (quota <= 0) return mask;
  return std::clamp(static_cast<int>(std::ceil(std::min(quota, 1e6) - 1e-9)), 1, mask);
}

UsableCpus usable_cpus(const std::filesystem::path& root) {
  UsableCpus usable;
  usable.cpus = root == "/" ? affinity() : allowed_in(root);
  if (usable.cpus.empty() && root == "/")
    for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) usable.cpus.push_back(static_cast<int>(cpu));
  usable.quota = cgroup_cpu_quota(root).value_or(0);
  return usable;
}

const UsableCpus& process_cpus() {
  static const UsableCpus cpus = usable_cpus();
  return cpus;
}

std::uint64_t available_memory_bytes(const std::filesystem::path& root) {
  std::uint64_t available = 0;
  if (const auto meminfo = read_text(root / "proc/meminfo")) {
    auto kib = keyed_integer(*meminfo, "MemAvailable");
    if (!kib)
      kib = keyed_integer(*meminfo, "MemFree").value_or(0) + keyed_integer(*meminfo, "Cached").value_or(0);  // before Linux 3.14
    available = static_cast<std::uint64_t>(std::max<std::int64_t>(*kib, 0)) * 1024;
  }
  if (const auto headroom = cgroup_memory_headroom(root)) available = available == 0 ? *headroom : std::min(available, *headroom);
  return available;
}

}  // namespace cnnbench
