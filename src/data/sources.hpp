// What the kinds of data share.
#pragma once

#include <filesystem>

#include "cnnbench/data/kinds.hpp"

namespace cnnbench {

Splits open_folder(const DataConfig&, const std::filesystem::path&);

// Indices of at most `limit` pictures (0: all), the same number of each class as far as there are so many, each class's
// first ones, in their present order. Throws Error(usage) where the limit is below the number of classes.
std::vector<std::size_t> limit_evenly(const std::vector<std::int64_t>& labels, std::size_t classes, int limit, const char* key);

}  // namespace cnnbench
