#include "proc.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

// The numbers of /proc/self/stat, counted from field 3, the state.
std::vector<std::optional<double>> own_stat(const fs::path& root) {
  const std::string text = read_text(root / "proc/self/stat").value_or("");
  const auto end_of_name = text.rfind(')');  // a program's name may hold spaces and parentheses
  std::vector<std::optional<double>> numbers;
  if (end_of_name != std::string::npos)
    for (const std::string_view part : words(std::string_view(text).substr(end_of_name + 1))) {
      const auto value = parse_integer(part);
      numbers.push_back(value ? std::optional(static_cast<double>(*value)) : std::nullopt);
    }
  numbers.resize(std::max<std::size_t>(numbers.size(), 50));
  return numbers;
}

}  // namespace

std::optional<CpuTicks> cpu_ticks(const fs::path& root, const std::vector<int>& cpus) {
  const auto text = read_text(root / "proc/stat");
  if (!text) return std::nullopt;
  std::optional<CpuTicks> sum;
  for (const std::string_view line : split(*text, '\n')) {
    if (!line.starts_with("cpu")) {
      if (sum) break;  // the interrupts that follow are long on a large machine
      continue;
    }
    const auto parts = words(line);  // cpuN user nice system idle iowait irq softirq steal guest guest_nice
    if (parts.size() < 5) continue;
    const auto cpu = parse_integer(parts[0].substr(3));  // none on the line of the sums
    if (!cpu || (!cpus.empty() && std::find(cpus.begin(), cpus.end(), *cpu) == cpus.end())) continue;
    if (!sum) sum.emplace();
    for (std::size_t i = 1; i < std::min<std::size_t>(parts.size(), 9); ++i) {  // guest time is part of user time already
      const auto ticks = static_cast<double>(parse_integer(parts[i]).value_or(0));
      sum->total += ticks;
      if (i != 4 && i != 5) sum->busy += ticks;
      if (i == 8) sum->stolen += ticks;
    }
  }
  return sum;
}

std::optional<double> process_cpu_seconds(const fs::path& root) {
  if (root == "/") {  // microseconds, where /proc has hundredths
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  const auto fields = own_stat(root);
  const auto user = fields[11], system = fields[12];
  if (!user || !system) return std::nullopt;
  return (*user + *system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<double> major_faults(const fs::path& root) {
  if (root != "/") return own_stat(root)[9];
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? std::optional(static_cast<double>(usage.ru_majflt)) : std::nullopt;
}

std::optional<double> rss_bytes(const fs::path& root) {
  const auto line = read_line(root / "proc/self/statm");
  if (!line) return std::nullopt;
  const auto parts = words(*line);  // size resident ..., in pages
  const auto pages = parts.size() > 1 ? parse_integer(parts[1]) : std::nullopt;
  if (!pages) return std::nullopt;
  return static_cast<double>(*pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace cnnbench
