#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "cnnbench/core/read_text.hpp"
#include "cnnbench/core/usable.hpp"
#include "machine_parts.hpp"
#include "powercap.hpp"

namespace cnnbench::machine_parts {
namespace fs = std::filesystem;
namespace {

// "model name	: AMD EPYC" -> AMD EPYC; the first of the equal lines.
std::optional<std::string> cpuinfo_field(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return std::string(trimmed(line.substr(colon + 1)));
  }
  return std::nullopt;
}

struct Topology {
  std::optional<std::size_t> sockets, cores;  // distinct packages, and (package, core) pairs, of the processors that are on
};

Topology topology(const fs::path& cpus, const std::vector<int>& online) {
  std::set<std::int64_t> packages;
  std::set<std::pair<std::int64_t, std::int64_t>> cores;
  for (const int cpu : online) {
    const fs::path folder = cpus / fmt::format("cpu{}/topology", cpu);
    const auto package = read_integer(folder / "physical_package_id"), core = read_integer(folder / "core_id");
    if (!package || !core) return {};
    packages.insert(*package);
    cores.emplace(*package, *core);
  }
  if (cores.empty()) return {};
  return {packages.size(), cores.size()};
}

// "32K", "4M"
std::optional<std::int64_t> cache_size(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::int64_t unit = text.back() == 'K' ? 1 << 10 : text.back() == 'M' ? 1 << 20 : 1;
  const auto number = parse_integer(std::string_view(text).substr(0, text.size() - (unit > 1 ? 1 : 0)));
  return number && *number > 0 && *number < (1 << 30) ? std::optional(*number * unit) : std::nullopt;
}

// Of one core; instructions apart.
void add_caches(Json& out, const fs::path& cpu) {
  for (const char* key : {"cpu_l1d_bytes", "cpu_l2_bytes", "cpu_l3_bytes"}) out[key] = nullptr;
  for (int index = 0; index < 8; ++index) {
    const fs::path folder = cpu / fmt::format("cache/index{}", index);
    const auto level = read_integer(folder / "level");
    const std::string type = read_line(folder / "type").value_or("");
    if (!level || *level < 1 || *level > 3 || (type != "Data" && type != "Unified")) continue;
    out[*level == 1 ? "cpu_l1d_bytes" : fmt::format("cpu_l{}_bytes", *level)] =
        or_null(cache_size(read_line(folder / "size").value_or("")));
  }
}

// cpufreq counts kilohertz. Where it is absent, as in most virtual machines, /proc/cpuinfo has what the core runs at.
void add_clocks(Json& out, const fs::path& cpus, const fs::path& cpu, const std::string& cpuinfo) {
  const auto mhz = [&](const char* file) {
    const auto khz = read_integer(cpu / "cpufreq" / file);
    return khz && *khz > 0 ? std::optional(*khz / 1000) : std::nullopt;
  };
  out["cpu_governor"] = or_null(read_line(cpu / "cpufreq/scaling_governor"));
  out["cpu_scaling_driver"] = or_null(read_line(cpu / "cpufreq/scaling_driver"));
  out["cpu_energy_preference"] = or_null(read_line(cpu / "cpufreq/energy_performance_preference"));
  const auto boost = read_integer(cpus / "cpufreq/boost"), no_turbo = read_integer(cpus / "intel_pstate/no_turbo");
  out["cpu_boost"] = boost ? Json(*boost != 0) : no_turbo ? Json(*no_turbo == 0) : Json(nullptr);
  auto now = mhz("scaling_cur_freq");
  if (!now) {
    const std::string text = cpuinfo_field(cpuinfo, "cpu MHz").value_or("");
    double value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{} && value > 0 && value < 1e6)
      now = static_cast<std::int64_t>(value + 0.5);
  }
  out["cpu_mhz"] = or_null(now);
  out["cpu_base_mhz"] = or_null(mhz("base_frequency"));
  out["cpu_max_mhz"] = or_null(mhz("cpuinfo_max_freq"));
}

void add_flags(Json& out, const std::string& cpuinfo) {
  out["cpu_flags"] = nullptr;
  out["virtual_machine"] = nullptr;
  const auto flags = cpuinfo_field(cpuinfo, "flags");
  if (!flags) return;
  // The ones that decide how fast a convolution can be.
  constexpr std::array speed_flags{"avx2",        "fma",         "f16c",     "avx512f",  "avx512bw", "avx512_vnni",
                                   "avx512_bf16", "avx512_fp16", "avx_vnni", "amx_tile", "amx_bf16", "amx_int8"};
  const auto has = words(*flags);
  out["cpu_flags"] = Json::array();
  for (const std::string_view flag : speed_flags)
    if (std::find(has.begin(), has.end(), flag) != has.end()) out["cpu_flags"].push_back(std::string(flag));
  out["virtual_machine"] = std::find(has.begin(), has.end(), "hypervisor") != has.end();
}

// {0, 1, 2, 8} -> "0-2,8"
std::string ranges(const std::vector<int>& cpus) {
  std::string out;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    out += fmt::format("{}{}", out.empty() ? "" : ",", cpus[i]);
    if (last > i) out += fmt::format("-{}", cpus[last]);
    i = last + 1;
  }
  return out;
}

}  // namespace

void add_processor(Json& out, const fs::path& root) {
  const std::string cpuinfo = read_text(root / "proc/cpuinfo").value_or("");
  const fs::path cpus = root / "sys/devices/system/cpu";
  const std::vector<int> online = parse_cpu_list(read_line(cpus / "online").value_or(""));
  const UsableCpus usable = root == "/" ? process_cpus() : usable_cpus(root);
  const Topology found = topology(cpus, online);
  const auto smt = read_integer(cpus / "smt/active");
  const auto nodes = read_line(root / "sys/devices/system/node/online");
  const auto family = cpuinfo_field(cpuinfo, "cpu family"), model = cpuinfo_field(cpuinfo, "model"),
             stepping = cpuinfo_field(cpuinfo, "stepping");
  const fs::path first = cpus / fmt::format("cpu{}", usable.cpus.empty() ? 0 : usable.cpus.front());

  out["cpu_info"] = or_null(cpuinfo_field(cpuinfo, "model name"));
  out["cpu_vendor"] = or_null(cpuinfo_field(cpuinfo, "vendor_id"));
  out["cpu_signature"] = nullptr;
  if (family && model && stepping) out["cpu_signature"] = fmt::format("family {} model {} stepping {}", *family, *model, *stepping);
  out["cpu_microcode"] = or_null(cpuinfo_field(cpuinfo, "microcode"));
  out["cpu_sockets"] = or_null(found.sockets);
  out["cpus_logical"] = online.empty() ? Json(nullptr) : Json(online.size());
  out["cpus_physical"] = or_null(found.cores);
  out["cpus_usable"] = usable.count();
  out["cpus_affinity"] = usable.cpus.size();
  out["cpu_list"] = usable.cpus.empty() ? Json(nullptr) : Json(ranges(usable.cpus));
  out["cpu_quota"] = usable.quota > 0 ? Json(usable.quota) : Json(nullptr);
  out["smt"] = smt ? Json(*smt != 0) : Json(nullptr);
  out["numa_nodes"] = nodes ? Json(parse_cpu_list(*nodes).size()) : Json(nullptr);
  add_clocks(out, cpus, first, cpuinfo);
  add_caches(out, first);
  add_flags(out, cpuinfo);
  const PackageEnergy energy(root);
  out["cpu_energy_counters"] = energy.problem().empty() ? Json(energy.names()) : Json(nullptr);
  out["cpu_energy_missing"] = energy.problem().empty() ? Json(nullptr) : Json(energy.problem());
}

}  // namespace cnnbench::machine_parts
