#include "powercap.hpp"

#include <algorithm>

#include "cnnbench/core/read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;

PackageEnergy::PackageEnergy(const fs::path& root) {
  std::error_code error;
  std::vector<fs::path> zones;
  for (fs::directory_iterator at(root / "sys/class/powercap", error), end; !error && at != end; at.increment(error))
    zones.push_back(at->path());
  std::sort(zones.begin(), zones.end());
  problem_ = zones.empty() ? "the kernel shows no RAPL counters (/sys/class/powercap)" : "RAPL counts no processor package here";
  for (const fs::path& zone : zones) {
    // The parts of a package (core, uncore, dram) are inside its sum or not comparable, and psys holds the packages.
    const std::string name = read_line(zone / "name").value_or("");
    if (!name.starts_with("package")) continue;
    // A laptop shows the same package twice, by its registers (intel-rapl) and in memory (intel-rapl-mmio).
    if (std::any_of(packages_.begin(), packages_.end(), [&](const Package& p) { return p.name == name; })) continue;
    const fs::path counter = zone / "energy_uj";
    const auto now = read_integer(counter), range = read_integer(zone / "max_energy_range_uj");
    if (!now || *now < 0) {
      problem_ = "RAPL's counters may be read by root only (/sys/class/powercap/*/energy_uj)";
      packages_.clear();  // a sum that lacks a package is none
      return;
    }
    packages_.push_back(
        {name, counter, static_cast<double>(std::max<std::int64_t>(range.value_or(0), 0)), static_cast<double>(*now)});
  }
  if (!packages_.empty()) problem_.clear();
}

std::optional<double> PackageEnergy::joules() {
  if (packages_.empty()) return std::nullopt;
  double steps_uj = 0;
  std::vector<double> now_uj;
  for (const Package& package : packages_) {
    const auto value = read_integer(package.counter);
    if (!value || *value < 0) return std::nullopt;  // the next reading spans this gap
    double step = static_cast<double>(*value) - package.last_uj;
    if (step < 0) step += package.range_uj;
    if (step < 0) {  // it went back, and where it wraps is not known
      packages_.clear();
      problem_ = "a RAPL counter went back";
      return std::nullopt;
    }
    steps_uj += step;
    now_uj.push_back(static_cast<double>(*value));
  }
  for (std::size_t i = 0; i < packages_.size(); ++i) packages_[i].last_uj = now_uj[i];
  sum_uj_ += steps_uj;
  return sum_uj_ * 1e-6;
}

std::vector<std::string> PackageEnergy::names() const {
  std::vector<std::string> out;
  for (const Package& package : packages_) out.push_back(package.name);
  return out;
}

}  // namespace cnnbench
