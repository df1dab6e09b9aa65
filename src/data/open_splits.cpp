#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/kinds.hpp"
#include "cnnbench/data/places.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

// Filled before main() by each kind's file.
std::map<DataKind, KindOfData>& kinds() {
  static std::map<DataKind, KindOfData> all;
  return all;
}

std::ptrdiff_t missing_parts(fs::path path) {
  std::error_code none;
  std::ptrdiff_t count = 0;
  for (; !path.empty() && path != path.root_path() && !fs::exists(path, none); path = path.parent_path()) ++count;
  return count;
}

// Of the places where such a path is looked for, the one of which most is there.
std::string missing_pictures(const DataConfig& config) {
  if (config.path.empty()) return "data.path is not set";
  const std::vector<fs::path> places = data_places(config.path);
  const fs::path& nearest = *std::min_element(
      places.begin(), places.end(), [](const fs::path& a, const fs::path& b) { return missing_parts(a) < missing_parts(b); });
  std::vector<std::string> looked;
  for (const fs::path& place : places)
    if (const std::string text = fs::absolute(place).lexically_normal().string();
        std::find(looked.begin(), looked.end(), text) == looked.end())
      looked.push_back(text);
  return "data.path: " + missing_path(nearest) +
         (looked.size() > 1 ? fmt::format(" (looked for beside the config, and at {})", fmt::join(looked, ", ")) : "");
}

// Only for what a shipped config names by itself, and not where the user said where data is and that is not there.
bool may_draw(const DataConfig& config) {
  return config.fallback == Fallback::drawn && (config.path.empty() || is_shipped_data_path(config.path));
}

}  // namespace

RegisterKind::RegisterKind(const KindOfData& kind) { kinds().emplace(kind.kind, kind); }

const KindOfData& kind_of_data(DataKind kind) { return kinds().at(kind); }

void require_data_path(const DataConfig& config) {
  const KindOfData& kind = kind_of_data(config.kind);
  std::error_code none;
  if (!kind.reads_files() || (!config.path.empty() && fs::exists(resolve_data_path(config.path), none))) return;
  if (const char* root = std::getenv("CNNBENCH_DATA"); root != nullptr && *root != '\0' && !fs::exists(root, none))
    throw Error(ExitCode::usage, "CNNBENCH_DATA: " + missing_path(root), "correct it, or make that folder");
  if (!may_draw(config)) throw Error(ExitCode::usage, missing_pictures(config), fmt::format("{}{}", kind.how_to_get, kind.instead));
}

Splits open_splits(const DataConfig& config, const OpeningProgress& progress) {
  require_data_path(config);
  const KindOfData& kind = kind_of_data(config.kind);
  if (!kind.reads_files()) return kind.open(config, {}, progress);
  const fs::path path = resolve_data_path(config.path);
  std::error_code none;
  if (!config.path.empty() && fs::exists(path, none)) return kind.open(config, path, progress);
  Splits splits = kind_of_data(DataKind::drawn).open(config, {}, progress);
  const std::string missing = config.path.empty() ? "data.path is not set" : fmt::format("no {} at {}", kind.files, config.path);
  splits.warning = fmt::format("{}: using drawn ones ({} + {}, not photographs); {}", missing, splits.train.count(),
                               splits.validation.count(), kind.how_to_get);
  return splits;
}

}  // namespace cnnbench
