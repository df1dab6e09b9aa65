// From the bytes of a picture file to 8-bit RGB at the size wanted, as Keras' load_img gives it: the format is told by the
// content, alpha is ignored and so is the EXIF orientation unless asked for, 16-bit samples keep their high byte. Reads JPEG, PNG,
// WebP, TIFF, BMP, GIF (its first frame) and binary PPM/PGM. Stricter than Keras: where pixels are missing or wrong (truncated,
// corrupt data) it is an error, never grey; a warning that costs no pixel is told (docs/pictures.md says which is which). Safe from
// many threads at once; scratch memory is per thread and reused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
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
  Exif exif = Exif::ignore;
  // Where not null: what the decoder complained of although every pixel is there; else left as it is.
  std::string* warning = nullptr;
};

// Throws Error(failed, "NAME: what is wrong") with a remedy.
void decode_picture(std::span<const std::uint8_t> stored, std::string_view name, const DecodeOptions&, ImageSpan out);

struct PictureHeader {
  std::string_view format;  // "JPEG"
  ImageSize size;           // as the pixels lie
  int orientation = 1;      // of EXIF, 1 to 8; 1: upright, or not said
  std::string_view end{};   // what a whole file of the format holds near its end; empty: nothing tells
};
// Looks at the header only. Throws as decode_picture does.
PictureHeader read_picture_header(std::span<const std::uint8_t> stored, std::string_view name);

// Whether a file of this name is taken for a picture: one of the endings that the codecs name, in either case.
bool has_picture_extension(std::string_view file_name);
std::string picture_extensions();  // "bmp gif jpg jpeg ..."

}  // namespace cnnbench
