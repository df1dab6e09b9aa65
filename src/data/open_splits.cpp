#include <fmt/format.h>

#include <filesystem>

#include "cnnbench/core/error.hpp"
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

std::string how_to_get(DataKind kind) {
  return kind == DataKind::cifar10 ? "get it with scripts/get_data.sh cifar10, or set data.path"
                                   : "get the real ones with scripts/get_data.sh catdog, or set data.path";
}

}  // namespace

Splits open_splits(const DataConfig& config, const std::function<void(std::size_t, std::size_t)>& progress) {
  if (config.kind == DataKind::synthetic) return open_synthetic(config);
  if (config.kind == DataKind::drawn) return open_drawn(config, progress);
  const fs::path path = resolve_data_path(config.path);
  std::error_code none;
  if (config.path.empty() || !fs::exists(path, none)) {
    const std::string missing =
        config.path.empty() ? "data.path is not set"
                            : fmt::format("no {} at {}", config.kind == DataKind::cifar10 ? "CIFAR-10" : "pictures", config.path);
    if (config.fallback == Fallback::none)
      throw Error(ExitCode::usage, missing,
                  how_to_get(config.kind) +
                      (config.kind == DataKind::folder ? "; data.kind=drawn or 'cnnbench data make' draws some" : ""));
    Splits splits = open_drawn(config, progress);
    splits.warning = fmt::format("{}: using drawn ones ({} + {}, not photographs); {}", missing, splits.train.count(),
                                 splits.validation.count(), how_to_get(config.kind));
    return splits;
  }
  return config.kind == DataKind::cifar10 ? open_cifar10(config, path) : open_folder(config, path);
}

}  // namespace cnnbench
