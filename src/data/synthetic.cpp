#include <fmt/format.h>

#include <cstring>

#include "cnnbench/core/random.hpp"
#include "sources.hpp"

namespace cnnbench {
namespace {

Dataset make(const DataConfig& config, std::uint64_t which, std::size_t count) {
  Dataset set;
  set.size = config.image_size;
  for (int c = 0; c < config.synthetic_classes; ++c) set.class_names.push_back(fmt::format("class{}", c));
  for (std::size_t i = 0; i < count; ++i) {
    set.labels.push_back(static_cast<std::int64_t>(i % set.class_names.size()));
    set.names.push_back(fmt::format("synthetic#{}", i));
  }
  set.fetch = [](std::size_t, Bytes& out) { out.clear(); };
  set.decode = [which](std::size_t i, std::span<const std::uint8_t>, ImageSpan out) {
    RandomStream random{0x73796e7468ULL, which, i};
    const std::size_t n = out.size.bytes();
    for (std::size_t at = 0; at < n; at += 8) {
      const std::uint64_t eight = random.next();
      std::memcpy(out.pixels + at, &eight, std::min<std::size_t>(8, n - at));
    }
  };
  return set;
}

Splits open_synthetic(const DataConfig& config, const std::filesystem::path&, const OpeningProgress&) {
  const auto count = [](int limit, std::size_t otherwise) { return limit > 0 ? static_cast<std::size_t>(limit) : otherwise; };
  Splits splits;
  splits.train = make(config, 0, count(config.limit_train, 2000));
  splits.validation = make(config, 1, count(config.limit_validation, 500));
  splits.source = "synthetic pictures (random pixels)";
  return splits;
}

const RegisterKind synthetic_registered{{.kind = DataKind::synthetic,
                                         .classes = [](const DataConfig& config) { return config.synthetic_classes; },
                                         .open = open_synthetic}};

}  // namespace
}  // namespace cnnbench
