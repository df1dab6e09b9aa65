// Energy of the processor packages from /sys/class/powercap (RAPL: Linux, Documentation/power/powercap). Often root's only.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace cnnbench {

class PackageEnergy {
 public:
  explicit PackageEnergy(const std::filesystem::path& root);
  // Joules of all packages since construction; the counters wrap at a few hundred kilojoules, so ask at least every few minutes.
  std::optional<double> joules();

 private:
  struct Package {
    std::filesystem::path counter;
    double range_uj = 0, last_uj = 0;
  };
  std::vector<Package> packages_;
  double sum_uj_ = 0;
};

}  // namespace cnnbench
