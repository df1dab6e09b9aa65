#include "cnnbench/measure/disk.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

fs::path nearest_parent(const fs::path& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error);
  while (!path.empty() && !fs::exists(path, error) && path != path.parent_path()) path = path.parent_path();
  return path;
}

// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": man 5 proc_pid_mountinfo.
std::optional<std::string> file_system(const std::string& mounts, const std::string& device) {
  for (const std::string_view line : split(mounts, '\n')) {
    const auto parts = words(line);
    if (parts.size() < 3 || parts[2] != device) continue;
    for (std::size_t i = 6; i + 1 < parts.size(); ++i)
      if (parts[i] == "-") return std::string(parts[i + 1]);
  }
  return std::nullopt;
}

// A partition has no queue of its own, its disk does. What a virtual machine's disk says of itself is made up.
std::optional<std::string> kind_of(const fs::path& block) {
  std::error_code error;
  const std::string name = fs::canonical(block, error).filename().string();
  if (name.starts_with("vd") || name.starts_with("xvd")) return "virtual";
  for (const char* file : {"queue/rotational", "../queue/rotational"})
    if (const auto value = read_integer(fs::canonical(block, error) / file)) return *value != 0 ? "turning" : "solid state";
  return std::nullopt;
}

}  // namespace

nlohmann::ordered_json disk_record(const fs::path& folder, const fs::path& root) {
  nlohmann::ordered_json out{{"file_system", nullptr}, {"disk", nullptr}, {"free_bytes", nullptr}};
  const fs::path path = nearest_parent(folder);
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return out;
  const std::string device = fmt::format("{}:{}", major(info.st_dev), minor(info.st_dev));
  if (const auto name = file_system(read_text(root / "proc/self/mountinfo").value_or(""), device)) out["file_system"] = *name;
  if (const auto kind = kind_of(root / "sys/dev/block" / device)) out["disk"] = *kind;
  std::error_code error;
  if (const fs::space_info space = fs::space(path, error); !error) out["free_bytes"] = space.available;
  return out;
}

}  // namespace cnnbench
