#include "cnnbench/results/machines.hpp"

#include <fmt/format.h>

#include <set>

#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::string kind_of(const Row& row) {
  return row.gpu_info ? *row.gpu_info : fmt::format("{}, {}", row.cpu_info.value_or("CPU"), count_text(row.cpus_usable, "core"));
}

}  // namespace

std::string machine_key(const Row& row) {
  return row.hostname_hash || row.cpu_info ? row.hostname_hash.value_or("?") + " " + row.cpu_info.value_or("?") : "";
}

std::map<const Row*, std::string> machine_names(const std::vector<const Row*>& rows) {
  std::map<std::string, std::set<std::string>> machines;
  for (const Row* row : rows) machines[kind_of(*row)].insert(row->hostname_hash.value_or("?"));
  std::map<const Row*, std::string> names;
  for (const Row* row : rows) {
    const std::string kind = kind_of(*row);
    names[row] = machines[kind].size() > 1 ? fmt::format("{} ({})", kind, row->hostname_hash.value_or("?").substr(0, 6)) : kind;
  }
  return names;
}

}  // namespace cnnbench
