// The font that the program carries (DejaVu Sans): measures text for every layout, and draws it in PNG.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench::report {

// In pixels at that size (CSS font-size). `text` is safe_text's.
double text_width(std::string_view text, double size);

// As much of it as fits, with "…" at the end where something is missing.
std::string cut(std::string_view text, double size, double width);

// At most `lines` lines that fit, broken at spaces where there are any; the last is cut.
std::vector<std::string> wrapped(std::string_view text, double size, double width, std::size_t lines);

// Grey values of one glyph, 0 to 255, to be placed at (left, top) from the pen on the baseline.
struct Glyph {
  int left = 0, top = 0, width = 0, height = 0;
  double advance = 0;
  std::vector<std::uint8_t> grey{};
};
Glyph glyph(char32_t character, double size);

// Each character of valid UTF-8.
std::u32string characters_of(std::string_view text);

}  // namespace cnnbench::report
