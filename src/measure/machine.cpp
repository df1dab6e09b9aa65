#include "cnnbench/measure/machine.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "cgroup.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/measure/telemetry.hpp"
#include "nvml.hpp"
#include "read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// "model name	: AMD EPYC" -> AMD EPYC; the first of the equal lines.
std::optional<std::string> cpuinfo_field(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return std::string(trimmed(line.substr(colon + 1)));
  }
  return std::nullopt;
}

// Distinct (package, core) pairs of the processors that are on.
std::optional<std::size_t> physical_cores(const fs::path& cpus, const std::vector<int>& online) {
  std::set<std::pair<std::int64_t, std::int64_t>> cores;
  for (const int cpu : online) {
    const fs::path topology = cpus / fmt::format("cpu{}/topology", cpu);
    const auto package = read_integer(topology / "physical_package_id"), core = read_integer(topology / "core_id");
    if (!package || !core) return std::nullopt;
    cores.emplace(*package, *core);
  }
  return cores.empty() ? std::nullopt : std::optional(cores.size());
}

void add_processor(Json& out, const fs::path& root) {
  const std::string cpuinfo = read_text(root / "proc/cpuinfo").value_or("");
  const fs::path cpus = root / "sys/devices/system/cpu";
  const auto online_list = read_line(cpus / "online");
  const std::vector<int> online = parse_cpu_list(online_list.value_or(""));
  const UsableCpus usable = root == "/" ? process_cpus() : usable_cpus(root);
  const auto smt = read_integer(cpus / "smt/active");
  const auto nodes = read_line(root / "sys/devices/system/node/online");
  const auto flags = cpuinfo_field(cpuinfo, "flags");

  out["cpu_info"] = or_null(cpuinfo_field(cpuinfo, "model name"));
  out["cpus_logical"] = online.empty() ? Json(nullptr) : Json(online.size());
  out["cpus_physical"] = or_null(physical_cores(cpus, online));
  out["cpus_usable"] = usable.count();
  out["cpus_affinity"] = usable.cpus.size();
  out["cpu_quota"] = usable.quota > 0 ? Json(usable.quota) : Json(nullptr);
  out["smt"] = smt ? Json(*smt != 0) : Json(nullptr);
  out["numa_nodes"] = nodes ? Json(parse_cpu_list(*nodes).size()) : Json(nullptr);
  const int first = usable.cpus.empty() ? 0 : usable.cpus.front();
  out["cpu_governor"] = or_null(read_line(cpus / fmt::format("cpu{}/cpufreq/scaling_governor", first)));
  out["cpu_max_mhz"] = nullptr;
  if (const auto khz = read_integer(cpus / fmt::format("cpu{}/cpufreq/cpuinfo_max_freq", first))) out["cpu_max_mhz"] = *khz / 1000;
  out["cpu_flags"] = nullptr;
  out["virtual_machine"] = nullptr;
  if (!flags) return;
  // The ones that decide how fast a convolution can be.
  constexpr std::array speed_flags{"avx2", "avx512f", "avx512_bf16", "avx_vnni", "avx512_vnni", "amx_bf16", "amx_tile"};
  const auto has = words(*flags);
  out["cpu_flags"] = Json::array();
  for (const std::string_view flag : speed_flags)
    if (std::find(has.begin(), has.end(), flag) != has.end()) out["cpu_flags"].push_back(std::string(flag));
  out["virtual_machine"] = std::find(has.begin(), has.end(), "hypervisor") != has.end();
}

void add_memory(Json& out, const fs::path& root) {
  const std::string meminfo = read_text(root / "proc/meminfo").value_or("");
  const auto kib = keyed_integer(meminfo, "MemTotal");
  const std::uint64_t available = available_memory_bytes(root);
  out["memory_total_bytes"] = kib ? Json(*kib * 1024) : Json(nullptr);
  out["memory_available_bytes"] = available > 0 ? Json(available) : Json(nullptr);
  out["memory_limit_bytes"] = or_null(cgroup_memory_limit(root));
}

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

void add_system(Json& out, const fs::path& root) {
  const auto load = read_line(root / "proc/loadavg");
  out["os"] = or_null(os_name(root));
  out["kernel"] = or_null(read_line(root / "proc/sys/kernel/osrelease"));
  out["glibc"] = ::gnu_get_libc_version();
  out["hostname_hash"] = or_null(hostname_hash(root));
  out["load_average"] = nullptr;
  if (!load) return;
  double value = 0;
  const auto [end, error] = std::from_chars(load->data(), load->data() + load->size(), value);
  if (error == std::errc{}) out["load_average"] = value;
}

void add_gpus(Json& out, const std::string& library) {
  out["gpu_driver"] = nullptr;
  out["gpus"] = nullptr;
  const auto nvml = Nvml::open(library);
  if (!nvml) return;
  out["gpu_driver"] = or_null(nvml->driver_version());
  const auto count = nvml->count();
  if (!count) return;
  out["gpus"] = Json::array();
  for (unsigned i = 0; i < *count; ++i) {
    Json gpu = {{"name", nullptr}, {"memory_bytes", nullptr}, {"power_limit_w", nullptr}};
    if (Nvml::Device* device = nvml->by_index(i)) {
      gpu["name"] = or_null(nvml->name(device));
      gpu["memory_bytes"] = or_null(nvml->memory_total_bytes(device));
      gpu["power_limit_w"] = or_null(nvml->power_limit_w(device));
    }
    out["gpus"].push_back(std::move(gpu));
  }
}

}  // namespace

Json machine_record(const fs::path& root, const std::string& nvml_library) {
  Json out = Json::object();
  add_processor(out, root);
  add_memory(out, root);
  add_system(out, root);
  add_gpus(out, nvml_library);
  return out;
}

}  // namespace cnnbench
