// Text on a canvas in OpenCV's Hershey strokes, drawn four times as large and averaged. The strokes know ASCII only, so a
// text is made printable first: whatever else is in it becomes '?', and no name can do harm or grow beyond its place.
#pragma once

#include <string>
#include <string_view>

#include "cnnbench/draw/canvas.hpp"

namespace cnnbench {

struct TextStyle {
  int height = 9;  // of a capital letter, pixels
  Rgb colour{40, 40, 45};
  bool bold = false;
};

// Space to '~' stay; a control character, and each code point beyond ASCII, becomes one '?'. Broken UTF-8: one per byte.
std::string printable(std::string_view text);

int text_width(std::string_view text, const TextStyle& = {});  // pixels, rounded up
// printable(), cut with "..." to at most `width` pixels; empty where not even the dots fit.
std::string fit_text(std::string_view text, int width, const TextStyle& = {});
// The same by characters, for a terminal.
std::string fit_characters(std::string_view text, std::size_t count);

// The first letter begins at x, the letters stand on `baseline`; both may lie outside.
void put_text(Canvas&, int x, int baseline, std::string_view text, const TextStyle& = {});

}  // namespace cnnbench
