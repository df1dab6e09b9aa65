#include "cnnbench/core/missing_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "cnnbench/core/nearest.hpp"
#include "cnnbench/core/path_variables.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
constexpr std::ptrdiff_t most_names = 100000;  // of a folder, that are looked at

// The name that was probably meant; the first in the alphabet of equally near ones.
std::optional<std::string> near_name(const fs::path& folder, const std::string& wanted) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator it(folder, error);
  for (std::ptrdiff_t i = 0; !error && it != fs::directory_iterator() && i < most_names; it.increment(error), ++i)
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return nearest(wanted, names);
}

}  // namespace

std::string missing_path(const fs::path& path) {
  std::error_code ignored;
  fs::path there = path.lexically_normal();
  if (!there.has_filename()) there = there.parent_path();  // "a/b/"
  std::string first_missing;
  while (!there.empty() && there != there.root_path() && !fs::exists(there, ignored)) {
    first_missing = there.filename().string();
    there = there.parent_path();
  }
  if (const std::string unset = unset_variable(path.string()); !unset.empty())
    return fmt::format("{} is not there: {}", path.string(), unset);
  const fs::path folder = there.empty() ? fs::path(".") : there;
  const std::string shown = there.empty() ? "this folder" : folder.string();
  if (!fs::is_directory(folder, ignored)) return fmt::format("{} is not there; {} is no folder", path.string(), shown);
  if (const auto near = near_name(folder, first_missing))
    return fmt::format("{} is not there; {} holds {}", path.string(), shown, *near);
  fs::path nearest_folder = fs::absolute(folder, ignored).lexically_normal();
  if (!nearest_folder.has_filename() && nearest_folder.has_relative_path()) nearest_folder = nearest_folder.parent_path();
  return fmt::format("{} is not there; the nearest folder that is there is {}", path.string(), nearest_folder.string());
}

}  // namespace cnnbench
