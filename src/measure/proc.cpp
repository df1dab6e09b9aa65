#include "proc.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;

std::optional<CpuTicks> cpu_ticks(const fs::path& root, const std::vector<int>& cpus) {
  const auto text = read_text(root / "proc/stat");
  if (!text) return std::nullopt;
  std::optional<CpuTicks> sum;
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = words(line);  // cpuN user nice system idle iowait irq softirq steal guest guest_nice
    if (parts.size() < 5 || !parts[0].starts_with("cpu")) continue;
    const auto cpu = parse_integer(parts[0].substr(3));  // none on the line of the sums
    if (!cpu || (!cpus.empty() && std::find(cpus.begin(), cpus.end(), *cpu) == cpus.end())) continue;
    if (!sum) sum.emplace();
    for (std::size_t i = 1; i < std::min<std::size_t>(parts.size(), 9); ++i) {  // guest time is part of user time already
      const auto ticks = static_cast<double>(parse_integer(parts[i]).value_or(0));
      sum->total += ticks;
      if (i != 4 && i != 5) sum->busy += ticks;
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
  const auto text = read_text(root / "proc/self/stat");
  if (!text) return std::nullopt;
  const auto end_of_name = text->rfind(')');  // a program's name may hold spaces and parentheses
  if (end_of_name == std::string::npos) return std::nullopt;
  const auto parts = words(std::string_view(*text).substr(end_of_name + 1));  // from field 3, the state, on
  if (parts.size() < 13) return std::nullopt;
  const auto user = parse_integer(parts[11]), system = parse_integer(parts[12]);
  if (!user || !system) return std::nullopt;
  return static_cast<double>(*user + *system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
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
