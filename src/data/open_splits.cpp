#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/data/drawn.hpp"
#include "cnnbench/data/places.hpp"
#include "sources.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

Splits open_drawn(const DataConfig& config, const std::function<void(std::size_t, std::size_t)>& progress) {
  const DrawnSet set{config.drawn_train, config.drawn_validation, config.drawn_seed};
  const fs::path folder = drawn_folder(data_root(), set);
  make_drawn(folder, set, progress);
  DataConfig of_folder = config;
  of_folder.validation_split = 0;
  Splits splits = open_folder(of_folder, folder);
  splits.source = fmt::format("drawn pictures in {}", folder.string());
  return splits;
}

std::string how_to_get(const DataConfig& config) {
  return config.kind == DataKind::cifar10 ? "get it with scripts/get_data.sh cifar10, or set data.path"
                                          : "get the real ones with scripts/get_data.sh catdog, or set data.path";
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

bool reads_files(const DataConfig& config) { return config.kind == DataKind::folder || config.kind == DataKind::cifar10; }

}  // namespace

void require_data_path(const DataConfig& config) {
  std::error_code none;
  if (!reads_files(config) || (!config.path.empty() && fs::exists(resolve_data_path(config.path), none))) return;
  if (const char* root = std::getenv("CNNBENCH_DATA"); root != nullptr && *root != '\0' && !fs::exists(root, none))
    throw Error(ExitCode::usage, "CNNBENCH_DATA: " + missing_path(root), "correct it, or make that folder");
  if (!may_draw(config))
    throw Error(
        ExitCode::usage, missing_pictures(config),
        how_to_get(config) + (config.kind == DataKind::folder ? "; data.kind=drawn or 'cnnbench data make' draws some" : ""));
}

Splits open_splits(const DataConfig& config, const std::function<void(std::size_t, std::size_t)>& progress) {
  require_data_path(config);
  if (config.kind == DataKind::synthetic) return open_synthetic(config);
  if (config.kind == DataKind::drawn) return open_drawn(config, progress);
  const fs::path path = resolve_data_path(config.path);
  std::error_code none;
  if (config.path.empty() || !fs::exists(path, none)) {
    Splits splits = open_drawn(config, progress);
    const std::string missing =
        config.path.empty() ? "data.path is not set"
                            : fmt::format("no {} at {}", config.kind == DataKind::cifar10 ? "CIFAR-10" : "pictures", config.path);
    splits.warning = fmt::format("{}: using drawn ones ({} + {}, not photographs); {}", missing, splits.train.count(),
                                 splits.validation.count(), how_to_get(config));
    return splits;
  }
  return config.kind == DataKind::cifar10 ? open_cifar10(config, path) : open_folder(config, path);
}

}  // namespace cnnbench
