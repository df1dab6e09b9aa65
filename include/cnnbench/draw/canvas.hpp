// A picture that is being drawn: 8-bit RGB, and the few strokes that a sheet needs. Whatever lies outside is left out.
// Not here: text (text.hpp), and what a sheet shows.
#pragma once

#include <cstdint>
#include <vector>

#include "cnnbench/core/image.hpp"

namespace cnnbench {

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

struct Box {
  int x = 0, y = 0, width = 0, height = 0;  // pixels
};

struct Canvas {
  ImageSize size{};
  std::vector<std::uint8_t> pixels{};
  Canvas() = default;
  Canvas(ImageSize, Rgb ground);
  operator ImageView() const { return {pixels.data(), size}; }
  Rgb at(int x, int y) const;  // within the picture
};

void fill_box(Canvas&, Box, Rgb);
void frame_box(Canvas&, Box, int thickness, Rgb);  // the lines lie within the box
void paste(Canvas&, int x, int y, ImageView);      // its upper left corner at (x, y)

// Each pixel becomes factor x factor equal ones: nothing is invented, so a pixel of the network's input can be read off.
Canvas enlarged(ImageView, int factor);
// As large as fits the box with its proportions kept, averaged where it shrinks. At least 1x1.
Canvas fitted(ImageView, ImageSize box);
ImageSize fitted_size(ImageSize picture, ImageSize box);

}  // namespace cnnbench
