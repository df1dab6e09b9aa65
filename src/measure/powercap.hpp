// Energy of the processor packages from /sys/class/powercap (RAPL: Linux, Documentation/power/powercap; AMD's too). Often
// root's only. Not here: memory (dram), which some machines count apart, and the rest of the machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cnnbench {

class PackageEnergy {
 public:
  explicit PackageEnergy(const std::filesystem::path& root);
  // Joules of all packages since construction; the counters wrap at a few hundred kilojoules, so ask at least every few minutes.
  std::optional<double> joules();
  const std::string& problem() const { return problem_; }  // why there is none; empty: there is
  std::vector<std::string> names() const;                  // "package-0"

 private:
  struct Package {
    std::string name;
    std::filesystem::path counter;
    double range_uj = 0, last_uj = 0;
  };
  std::vector<Package> packages_;
  double sum_uj_ = 0;
  std::string problem_;
};

}  // namespace cnnbench
