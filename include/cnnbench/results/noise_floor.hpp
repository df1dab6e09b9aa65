// What `bench --aa` found out about a machine, kept for later: $XDG_CACHE_HOME/cnnbench/noise-floor.json, else in ~/.cache.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

std::filesystem::path noise_floor_file();  // empty: there is no home

// Per cent, of the row's machine and kind of device; nullopt: never measured there.
std::optional<double> known_noise_floor(const Row&);

// The largest of the rows' floors per machine and kind of device, in place of what was known. Rows without one do nothing.
void keep_noise_floors(const std::vector<Row>&);

}  // namespace cnnbench
