#include "cnnbench/cli/info_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "cnnbench/core/json_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// The machine's keys are one flat object: a new heading at these.
constexpr std::array headings{std::pair{"cpu_info", "Processor"}, std::pair{"memory_total_bytes", "Memory"},
                              std::pair{"os", "System"}, std::pair{"gpu_driver", "NVIDIA"}};

// What the end of a key says; the rest of it is the label.
constexpr std::array units{std::pair{"_bytes", ""}, std::pair{"_mhz", " MHz"}, std::pair{"_w", " W"},
                           std::pair{"_c", " C"},   std::pair{"_pct", " %"},   std::pair{"_seconds", ""}};

std::string binary(double bytes) {
  constexpr std::array prefixes{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t i = 0;
  for (; bytes >= 1024 && i + 1 < prefixes.size(); ++i) bytes /= 1024;
  return bytes == static_cast<double>(static_cast<std::int64_t>(bytes)) ? fmt::format("{:.0f} {}", bytes, prefixes[i])
                                                                        : fmt::format("{:.1f} {}", bytes, prefixes[i]);
}

std::string duration(double seconds) {
  const auto minutes = static_cast<std::int64_t>(seconds / 60);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} days", minutes / 60 / 24);
}

// Where the key, with its underscores as spaces, is no good name.
constexpr std::array names{std::pair{"binary_hash", "SHA-256 of the program"},
                           std::pair{"cuda_devices", "CUDA devices"},
                           std::pair{"cpu_capability", "vector code"},
                           std::pair{"mkldnn", "oneDNN"},
                           std::pair{"cpu_info", "model"},
                           std::pair{"cpus_logical", "logical cores"},
                           std::pair{"cpus_physical", "physical cores"},
                           std::pair{"cpus_usable", "usable cores"},
                           std::pair{"cpus_affinity", "cores by affinity"},
                           std::pair{"cpu_list", "which"},
                           std::pair{"cpu_quota", "cores by cgroup quota"},
                           std::pair{"smt", "SMT"},
                           std::pair{"numa_nodes", "NUMA nodes"},
                           std::pair{"cpu_mhz", "clock now"},
                           std::pair{"cpu_base_mhz", "base clock"},
                           std::pair{"cpu_max_mhz", "highest clock"},
                           std::pair{"cpu_l1d_bytes", "L1 data cache"},
                           std::pair{"cpu_l2_bytes", "L2 cache"},
                           std::pair{"cpu_l3_bytes", "L3 cache"},
                           std::pair{"cpu_flags", "instruction sets"},
                           std::pair{"memory_total_bytes", "total"},
                           std::pair{"memory_available_bytes", "available"},
                           std::pair{"memory_limit_bytes", "cgroup limit"},
                           std::pair{"page_bytes", "page size"},
                           std::pair{"gpu_driver", "driver"},
                           std::pair{"gpu_cuda_version", "CUDA of the driver"},
                           std::pair{"gpus", "GPUs"},
                           std::pair{"uuid_hash", "UUID hash"},
                           std::pair{"memory_bytes", "memory"},
                           std::pair{"pcie_generation", "PCIe generation"},
                           std::pair{"pcie_max_generation", "PCIe generation, highest"},
                           std::pair{"pcie_width", "PCIe lanes"},
                           std::pair{"pcie_max_width", "PCIe lanes, most"},
                           std::pair{"sm_mhz", "SM clock"},
                           std::pair{"sm_max_mhz", "SM clock, highest"},
                           std::pair{"sm_application_mhz", "SM clock, applications"},
                           std::pair{"memory_mhz", "memory clock"},
                           std::pair{"memory_max_mhz", "memory clock, highest"},
                           std::pair{"memory_application_mhz", "memory clock, apps"},
                           std::pair{"power_default_w", "power limit, default"},
                           std::pair{"ecc", "ECC"},
                           std::pair{"mig", "MIG"}};

std::string label(std::string key) {
  for (const auto& [of, name] : names)
    if (key == of) return name;
  for (const auto& [end, unit] : units)
    if (key.ends_with(end)) {
      key = key.substr(0, key.size() - std::string_view(end).size());
      break;
    }
  if (key.starts_with("cpu_")) key = key.substr(4);
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

class Page {
 public:
  void heading(std::string_view title) { text_ += fmt::format("{}{}\n", text_.empty() ? "" : "\n", title); }
  void named(std::string_view name, std::string_view value) { text_ += fmt::format("  {:<24} {}\n", name, value); }
  void line(const std::string& key, const Json& value) { named(label(key), info_value(key, value)); }
  std::string text() && {
    if (!text_.empty()) text_.pop_back();
    return std::move(text_);
  }

 private:
  std::string text_;
};

void add_gpu(Page& page, std::size_t number, const Json& gpu) {
  page.heading(fmt::format("GPU {}", number));
  for (const auto& [key, value] : gpu.items()) page.line(key, value);
}

void add_machine(Page& page, const Json& machine) {
  for (const auto& [key, value] : machine.items()) {
    for (const auto& [first, title] : headings)
      if (key == first) page.heading(title);
    if (key == "cpu_energy_missing") {
      if (!value.is_null()) page.named("no energy because", value.get<std::string>());
    } else if (key == "gpus" && value.is_array() && !value.empty()) {
      for (std::size_t i = 0; i < value.size(); ++i) add_gpu(page, i, value[i]);
    } else if (value.is_null() && (key == "cpu_quota" || key == "memory_limit_bytes")) {
      page.named(label(key), "none");  // null says that here, not "unknown"
    } else {
      page.line(key, value);
    }
  }
}

// The variables that are set; then the names of the others.
void add_environment(Page& page, const Json& variables) {
  constexpr std::size_t width = 100;
  page.heading("Environment");
  std::vector<std::string> unset(1);
  for (const auto& [name, value] : variables.items()) {
    if (!value.is_null()) {
      page.named(name, info_value("", value));
      continue;
    }
    if (unset.back().size() + name.size() > width) unset.emplace_back();
    unset.back() += (unset.back().empty() ? "" : " ") + name;
  }
  for (std::size_t i = 0; i < unset.size(); ++i) page.named(i == 0 ? "not set" : "", unset[i]);
}

}  // namespace

std::string info_value(const std::string& key, const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::string text;
    for (const Json& item : value) text += (text.empty() ? "" : " ") + (item.is_object() ? json_line(item) : info_value("", item));
    return text.empty() ? "none" : text;
  }
  if (!value.is_number()) return json_line(value);
  const auto number = value.get<double>();
  if (key.ends_with("_bytes")) return binary(number);
  if (key.ends_with("_seconds")) return duration(number);
  for (const auto& [end, unit] : units)
    if (key.ends_with(end)) return fmt::format("{}{}", number, unit);
  return fmt::format("{}", number);
}

std::string info_text(const Json& record) {
  Page page;
  for (const auto& [group, title] : {std::pair{"build", "Build"}, std::pair{"torch", "libtorch"}}) {
    page.heading(title);
    for (const auto& [key, value] : record.at(group).items())
      if (key != "problem" || !value.is_null()) page.line(key, value);
  }
  add_machine(page, record.at("machine"));
  page.heading("Data");
  for (const auto& [key, value] : record.at("data").items()) page.line(key, value);
  page.heading("Libraries");
  for (const auto& [key, value] : record.at("software").at("libraries").items()) page.line(key, value);
  if (const auto launch = record.find("launch"); launch != record.end() && launch->at("launcher") != "") {
    page.heading("Ranks");
    for (const auto& [key, value] : launch->items()) page.line(key, value);
  }
  add_environment(page, record.at("software").at("environment"));
  return std::move(page).text();
}

}  // namespace cnnbench
