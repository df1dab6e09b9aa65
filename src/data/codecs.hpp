// The codecs behind decode_picture, a file each, which says all that is to be known of the format. They throw DecodeFault, which
// knows no file name, and check the header's size before anything is allocated for the pixels.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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
  std::string_view format;
  std::vector<std::string_view> extensions;  // in small letters
  bool (*recognizes)(Stored);
  ImageSize (*header)(Stored);
  void (*decode)(Stored, const DecodeOptions&, RowResizer&, ImageSpan out);
  std::string_view end{};                // what a whole file holds near its end; empty: nothing tells
  int (*orientation)(Stored) = nullptr;  // of EXIF, 1 to 8; null: the format has none
};

// A codec's file has one of these, and is found by it: no list names the codecs. Static, as whoever decodes runs after all of them.
struct Register {
  explicit Register(Codec);
};
const std::vector<Codec>& codecs();  // by the names of their formats

}  // namespace cnnbench::codec
