#include "cnnbench/core/cgroup.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

// Folders of our group for one controller, from our own up to the mount point.
struct Groups {
  std::vector<fs::path> v1, v2;
};

std::vector<fs::path> upwards(const fs::path& mount, std::string_view group) {
  std::vector<fs::path> folders;
  // Without a cgroup namespace the path is the host's and does not exist below the container's mount: skip to what does.
  for (fs::path path = fs::path(group).relative_path(); !path.empty(); path = path.parent_path()) {
    std::error_code error;
    if (path.string().find("..") == std::string::npos && fs::is_directory(mount / path, error)) folders.push_back(mount / path);
  }
  folders.push_back(mount);
  return folders;
}

Groups groups_of(const fs::path& root, std::string_view controller) {
  Groups groups;
  const auto text = read_text(root / "proc/self/cgroup");
  if (!text) return groups;
  const fs::path base = root / "sys/fs/cgroup";
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = split(line, ':');  // hierarchy:controllers:path, and a path may hold colons
    if (parts.size() < 3) continue;
    const std::string_view group = line.substr(parts[0].size() + parts[1].size() + 2);
    if (parts[1].empty()) {
      groups.v2 = upwards(base, group);
      continue;
    }
    for (const std::string_view name : split(parts[1], ',')) {
      if (name != controller) continue;
      std::error_code error;
      const fs::path joined = base / std::string(parts[1]), alone = base / std::string(controller);
      groups.v1 = upwards(fs::is_directory(joined, error) ? joined : alone, group);
    }
  }
  return groups;
}

// "max 100000", "150000 100000"
std::optional<double> quota_v2(const fs::path& folder) {
  const auto line = read_line(folder / "cpu.max");
  if (!line) return std::nullopt;
  const auto parts = words(*line);
  if (parts.empty()) return std::nullopt;
  const auto quota = parse_integer(parts[0]);
  const auto period = parts.size() > 1 ? parse_integer(parts[1]) : std::optional<std::int64_t>(100000);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<double> quota_v1(const fs::path& folder) {
  const auto quota = read_integer(folder / "cpu.cfs_quota_us"), period = read_integer(folder / "cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

struct MemoryFiles {
  const char *limit, *usage, *reclaimable;
};
constexpr MemoryFiles memory_v1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr MemoryFiles memory_v2{"memory.max", "memory.current", "inactive_file"};
constexpr std::int64_t no_limit = std::int64_t{1} << 60;  // v1 says "none" with a huge number, v2 with the word max

template <class T>
std::optional<T> smaller(std::optional<T> a, std::optional<T> b) {
  if (!a) return b;
  return b ? std::min(*a, *b) : a;
}

std::optional<std::uint64_t> memory_limit(const fs::path& folder, const MemoryFiles& files) {
  const auto limit = read_integer(folder / files.limit);
  if (!limit || *limit < 0 || *limit >= no_limit) return std::nullopt;
  return static_cast<std::uint64_t>(*limit);
}

std::optional<std::uint64_t> memory_headroom(const fs::path& folder, const MemoryFiles& files) {
  const auto limit = memory_limit(folder, files);
  const auto usage = read_integer(folder / files.usage);
  if (!limit || !usage) return limit;
  // The page cache is counted as usage, and is given back when memory is asked for.
  const auto stat = read_text(folder / "memory.stat");
  const std::int64_t cache = stat ? keyed_integer(*stat, files.reclaimable).value_or(0) : 0;
  const std::int64_t taken = std::max<std::int64_t>(*usage - std::max<std::int64_t>(cache, 0), 0);
  return *limit - std::min(*limit, static_cast<std::uint64_t>(taken));
}

template <class T>
std::optional<T> smallest(const std::vector<fs::path>& folders, const std::function<std::optional<T>(const fs::path&)>& read) {
  std::optional<T> out;
  for (const fs::path& folder : folders) out = smaller(out, read(folder));
  return out;
}

std::optional<std::uint64_t> smallest_memory(const fs::path& root,
                                             std::optional<std::uint64_t> (*read)(const fs::path&, const MemoryFiles&)) {
  const Groups groups = groups_of(root, "memory");
  return smaller(smallest<std::uint64_t>(groups.v1, [&](const fs::path& folder) { return read(folder, memory_v1); }),
                 smallest<std::uint64_t>(groups.v2, [&](const fs::path& folder) { return read(folder, memory_v2); }));
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const fs::path& root) {
  const Groups groups = groups_of(root, "cpu");
  return smaller(smallest<double>(groups.v1, quota_v1), smallest<double>(groups.v2, quota_v2));
}

std::optional<std::uint64_t> cgroup_memory_limit(const fs::path& root) { return smallest_memory(root, memory_limit); }

std::optional<std::uint64_t> cgroup_memory_headroom(const fs::path& root) { return smallest_memory(root, memory_headroom); }

namespace {

std::optional<double> throttled_in(const fs::path& file) {
  const auto stat = read_text(file);
  if (!stat) return std::nullopt;
  if (const auto nanoseconds = keyed_integer(*stat, "throttled_time")) return static_cast<double>(*nanoseconds) * 1e-9;
  if (const auto microseconds = keyed_integer(*stat, "throttled_usec")) return static_cast<double>(*microseconds) * 1e-6;
  return std::nullopt;
}

}  // namespace

ThrottledTime::ThrottledTime(const fs::path& root) {
  const Groups groups = groups_of(root, "cpu");
  for (const auto* folders : {&groups.v1, &groups.v2})
    if (file_.empty() && !folders->empty() && throttled_in(folders->front() / "cpu.stat")) file_ = folders->front() / "cpu.stat";
}

std::optional<double> ThrottledTime::seconds() const { return file_.empty() ? std::nullopt : throttled_in(file_); }

}  // namespace cnnbench
