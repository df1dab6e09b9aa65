#include "powercap.hpp"

#include "read_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;

PackageEnergy::PackageEnergy(const fs::path& root) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "sys/class/powercap", error)) {
    // The parts of a package (core, uncore, dram) are inside its sum or not comparable, and psys holds the packages.
    if (!read_line(entry.path() / "name").value_or("").starts_with("package")) continue;
    const fs::path counter = entry.path() / "energy_uj";
    const auto now = read_integer(counter), range = read_integer(entry.path() / "max_energy_range_uj");
    if (now) packages_.push_back({counter, static_cast<double>(range.value_or(0)), static_cast<double>(*now)});
  }
}

std::optional<double> PackageEnergy::joules() {
  if (packages_.empty()) return std::nullopt;
  for (Package& package : packages_) {
    const auto value = read_integer(package.counter);
    if (!value) return std::nullopt;
    const auto now = static_cast<double>(*value);
    double step = now - package.last_uj;
    if (step < 0) step += package.range_uj;
    sum_uj_ += step < 0 ? 0 : step;
    package.last_uj = now;
  }
  return sum_uj_ * 1e-6;
}

}  // namespace cnnbench
