#include "cnnbench/measure/machine.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cnnbench/core/cgroup.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/core/read_text.hpp"
#include "cnnbench/core/usable.hpp"
#include "machine_parts.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
std::optional<std::string> os_name(const fs::path& root) {
  for (const char* file : {"etc/os-release", "usr/lib/os-release"}) {
    const auto text = read_text(root / file);
    if (!text) continue;
    for (std::string_view line : split(*text, '\n')) {
      constexpr std::string_view key = "PRETTY_NAME=";
      if (!line.starts_with(key)) continue;
      line = trimmed(line.substr(key.size()));
      if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'')) line = line.substr(1, line.size() - 2);
      return std::string(line);
    }
  }
  return std::nullopt;
}

// The machine id, where there is one, keeps short names from being guessed; it is not given away either.
std::optional<std::string> hostname_hash(const fs::path& root) {
  auto name = read_line(root / "proc/sys/kernel/hostname");
  if (!name || name->empty()) return std::nullopt;
  std::uint64_t hash = mix64(0x636e6e62656e6368ULL);
  for (const char c : *name + '\n' + read_line(root / "etc/machine-id").value_or(""))
    hash = mix64(hash * 31 + static_cast<unsigned char>(c));
  return fmt::format("{:016x}", hash);
}

// The manufacturer's names: "Dell Inc. PowerEdge R760", "QEMU Standard PC".
std::optional<std::string> machine_model(const fs::path& root) {
  std::string text;
  for (const char* file : {"sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/product_name"})
    if (const auto line = read_line(root / file); line && !line->empty()) text += (text.empty() ? "" : " ") + *line;
  return text.empty() ? std::nullopt : std::optional(text);
}

// By the marks that each leaves; null where not even /proc tells.
std::optional<std::string> container(const fs::path& root) {
  std::error_code error;
  if (const auto named = read_line(root / "run/systemd/container"); named && !named->empty()) return named;
  const auto groups = read_text(root / "proc/self/cgroup");
  for (const char* name : {"kubepods", "docker", "podman", "libpod", "lxc"})
    if (groups && groups->find(name) != std::string::npos) return name == std::string_view("kubepods") ? "kubernetes" : name;
  if (fs::exists(root / ".dockerenv", error)) return "docker";
  if (fs::exists(root / "run/.containerenv", error)) return "podman";
  return groups ? std::optional<std::string>("none") : std::nullopt;
}

std::optional<std::string> cgroup_version(const fs::path& root) {
  const auto text = read_text(root / "proc/self/cgroup");
  if (!text) return std::nullopt;
  bool v1 = false, v2 = false;
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() >= 3) (parts[1].empty() ? v2 : v1) = true;
  }
  return v1 && v2 ? "v1 and v2" : v1 ? "v1" : v2 ? std::optional<std::string>("v2") : std::nullopt;
}

// "always [madvise] never" -> madvise
std::optional<std::string> chosen(const fs::path& file) {
  const std::string line = read_line(file).value_or("");
  const auto open = line.find('['), close = line.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  return line.substr(open + 1, close - open - 1);
}

std::optional<double> first_number(const std::optional<std::string>& line) {
  double value = 0;
  if (!line || std::from_chars(line->data(), line->data() + line->size(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

namespace machine_parts {

void add_memory(Json& out, const fs::path& root) {
  const std::string meminfo = read_text(root / "proc/meminfo").value_or("");
  const auto bytes = [&](const char* key) {
    const auto kib = keyed_integer(meminfo, key);
    return kib && *kib >= 0 && *kib < (std::int64_t{1} << 50) ? Json(*kib * 1024) : Json(nullptr);
  };
  const std::uint64_t available = available_memory_bytes(root);
  out["memory_total_bytes"] = bytes("MemTotal");
  out["memory_available_bytes"] = available > 0 ? Json(available) : Json(nullptr);
  out["memory_limit_bytes"] = or_null(cgroup_memory_limit(root));
  out["swap_total_bytes"] = bytes("SwapTotal");
  out["swap_free_bytes"] = bytes("SwapFree");
  out["page_bytes"] = ::sysconf(_SC_PAGESIZE);
  out["transparent_huge_pages"] = or_null(chosen(root / "sys/kernel/mm/transparent_hugepage/enabled"));
}

void add_system(Json& out, const fs::path& root) {
  utsname names{};
  out["os"] = or_null(os_name(root));
  out["kernel"] = or_null(read_line(root / "proc/sys/kernel/osrelease"));
  out["architecture"] = ::uname(&names) == 0 ? Json(names.machine) : Json(nullptr);
  out["glibc"] = ::gnu_get_libc_version();
  out["machine_model"] = or_null(machine_model(root));
  out["hostname_hash"] = or_null(hostname_hash(root));
  out["container"] = or_null(container(root));
  out["cgroup_version"] = or_null(cgroup_version(root));
  out["clock_source"] = or_null(read_line(root / "sys/devices/system/clocksource/clocksource0/current_clocksource"));
  out["load_average"] = or_null(first_number(read_line(root / "proc/loadavg")));
  out["uptime_seconds"] = or_null(first_number(read_line(root / "proc/uptime")));
}

}  // namespace machine_parts

nlohmann::ordered_json machine_record(const fs::path& root, const std::string& nvml_library) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  machine_parts::add_processor(out, root);
  machine_parts::add_memory(out, root);
  machine_parts::add_system(out, root);
  machine_parts::add_gpus(out, nvml_library);
  return out;
}

}  // namespace cnnbench
