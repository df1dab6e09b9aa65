// Views of 8-bit RGB pictures, interleaved, row-major (height x width x 3), rows without padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cnnbench {

struct ImageSize {
  int height = 0, width = 0;
  std::size_t bytes() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3; }
  bool operator==(const ImageSize&) const = default;
};
constexpr ImageSize square(int side) { return {side, side}; }

struct ImageView {
  const std::uint8_t* pixels = nullptr;
  ImageSize size;
};

struct ImageSpan {
  std::uint8_t* pixels = nullptr;
  ImageSize size;
  operator ImageView() const { return {pixels, size}; }
};

}  // namespace cnnbench
