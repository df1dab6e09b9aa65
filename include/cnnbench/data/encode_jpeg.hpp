// RGB to a baseline JPEG, for the pictures this program draws (and its tests). Quality as libjpeg counts it, 1 to 100.
#pragma once

#include <cstdint>
#include <vector>

#include "cnnbench/core/image.hpp"

namespace cnnbench {

struct JpegSettings {
  int quality = 90;
  int chroma_across = 2, chroma_down = 2;  // picture pixels per chroma sample: 2 and 2 is 4:2:0
  bool progressive = false;
};

std::vector<std::uint8_t> encode_jpeg(ImageView picture, const JpegSettings& = {});

}  // namespace cnnbench
