// From the bytes of a picture file to 8-bit RGB at the size wanted, as Keras' load_img gives it: the format is told by the
// content, alpha and EXIF orientation are ignored, 16-bit samples keep their high byte. Reads JPEG, PNG, WebP, TIFF, BMP and
// binary PPM/PGM. Stricter than Keras: whatever a JPEG decoder warns about (truncated, corrupt data) is an error, never grey.
// Safe from many threads at once; scratch memory is per thread and reused.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

inline constexpr int max_picture_side = 16384;
inline constexpr std::int64_t max_picture_pixels = 64 * 1024 * 1024;

struct DecodeOptions {
  Interpolation interpolation = Interpolation::nearest;
  // fast: a JPEG is decoded at the smallest of 1/8, 1/4, 1/2, 1 that still covers the output; other formats: as exact.
  DecodeMode mode = DecodeMode::exact;
};

// Throws Error(failed, "NAME: what is wrong") with a remedy.
void decode_picture(std::span<const std::uint8_t> stored, std::string_view name, const DecodeOptions&, ImageSpan out);

struct PictureHeader {
  std::string_view format;  // "JPEG"
  ImageSize size;
};
// Looks at the header only. Throws as decode_picture does.
PictureHeader read_picture_header(std::span<const std::uint8_t> stored, std::string_view name);

// Whether a file of this name is taken for a picture: png jpg jpeg bmp ppm tif tiff webp, in either case (Keras' list and webp).
bool has_picture_extension(std::string_view file_name);

}  // namespace cnnbench
