// The codecs behind decode_picture, one pair of functions each. They throw DecodeFault, which knows no file name, and check
// the header's size before anything is allocated for the pixels.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "cnnbench/data/decode.hpp"
#include "cnnbench/data/resize.hpp"

namespace cnnbench::codec {

struct DecodeFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Stored = std::span<const std::uint8_t>;

// Throws where the size is not between 1 and max_picture_side a side, or over max_picture_pixels.
void check_size(std::int64_t width, std::int64_t height);

struct Codec {
  const char* format;
  bool (*recognizes)(Stored);
  ImageSize (*header)(Stored);
  void (*decode)(Stored, const DecodeOptions&, RowResizer&, ImageSpan out);
};
extern const Codec jpeg, png, webp, tiff, bmp, gif, pnm;

}  // namespace cnnbench::codec
