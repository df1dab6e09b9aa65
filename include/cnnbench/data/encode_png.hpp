// RGB to a PNG file, for the sheets this program draws. Lossless; no time, no text inside: equal pictures, equal bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cnnbench/core/image.hpp"

namespace cnnbench {

// Throws Error(failed) where libpng refuses the size.
std::vector<std::uint8_t> encode_png(ImageView picture);
// Throws Error(usage) where the name does not end in .png: before the work, not after it.
void require_png_name(const std::filesystem::path&);
// To a file, whole or not at all. Throws Error(failed) as write_atomic does.
void write_png(const std::filesystem::path&, ImageView picture);

}  // namespace cnnbench
