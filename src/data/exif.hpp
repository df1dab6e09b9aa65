// Which way a photograph was held, as its EXIF data say: tag 0x0112 of JPEG's APP1, PNG's eXIf, WebP's EXIF chunk, and of a TIFF
// file.
#pragma once

#include <cstdint>
#include <span>

#include "cnnbench/core/image.hpp"

namespace cnnbench {

// Of a file of each format: 1 to 8; 1 where nothing, or nothing that makes sense, is said.
int exif_of_jpeg(std::span<const std::uint8_t> stored);
int exif_of_png(std::span<const std::uint8_t> stored);
int exif_of_webp(std::span<const std::uint8_t> stored);
int exif_of_tiff(std::span<const std::uint8_t> stored);

// 5 to 8 lie on their side: width and height change places.
inline bool lies_on_its_side(int orientation) { return orientation >= 5; }

// The upright picture of one that is stored with this orientation; `out` has the size that it has then.
void set_upright(ImageView, int orientation, ImageSpan out);

}  // namespace cnnbench
