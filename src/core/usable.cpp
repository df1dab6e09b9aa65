#include "cnnbench/core/usable.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <thread>

#include "cnnbench/core/cgroup.hpp"
#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace {

std::vector<int> affinity(pid_t process = 0) {
  // The kernel refuses a set smaller than its own, so grow it until it fits.
  for (std::size_t most = 1024; most <= (1u << 16); most *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(most), [](cpu_set_t* s) { CPU_FREE(s); });
    const std::size_t size = CPU_ALLOC_SIZE(most);
    if (set && ::sched_getaffinity(process, size, set.get()) == 0) {
      std::vector<int> cpus;
      for (std::size_t cpu = 0; cpu < most; ++cpu)
        if (CPU_ISSET_S(cpu, size, set.get())) cpus.push_back(static_cast<int>(cpu));
      return cpus;
    }
  }
  return {};
}

// The cores of the program that started this rank: the nearest process above it that is one. It may have bound the rank to some.
std::vector<int> launchers_cpus(const Launch& launch) {
  if (launch.launcher == "torchrun") return {};  // which binds nobody
  constexpr std::array names{"mpirun", "mpiexec", "orterun", "orted", "prterun", "prted", "slurmstepd"};
  for (pid_t process = ::getppid(); process > 1;) {
    const std::string folder = fmt::format("/proc/{}/", process);
    const auto name = read_text(folder + "comm"), status = read_text(folder + "status");
    if (!name || !status) break;
    for (const std::string_view launcher : names)
      if (split(*name, '\n').front() == launcher) return affinity(process);
    process = static_cast<pid_t>(keyed_integer(*status, "PPid").value_or(0));
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

UsableCpus cpus_of_rank(UsableCpus all, const Launch& launch, const std::vector<int>& launchers) {
  if (launch.local_size == 1 || all.cpus.empty()) return all;
  all.quota /= launch.local_size;
  const bool bound = !launchers.empty() && launchers != all.cpus;
  if (bound) return all;
  const auto cores = all.cpus.size(), ranks = static_cast<std::size_t>(launch.local_size);
  if (cores < ranks) {
    all.cpus = {all.cpus[static_cast<std::size_t>(launch.local_rank) % cores]};
  } else {
    const Part mine = part_of(cores, launch.local_rank, launch.local_size);
    all.cpus = {all.cpus.begin() + static_cast<std::ptrdiff_t>(mine.begin),
                all.cpus.begin() + static_cast<std::ptrdiff_t>(mine.end)};
  }
  return all;
}

const UsableCpus& process_cpus() {
  static const UsableCpus cpus = cpus_of_rank(usable_cpus(), this_launch(), launchers_cpus(this_launch()));
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
