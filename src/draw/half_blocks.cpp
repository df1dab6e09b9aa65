#include "cnnbench/draw/half_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace cnnbench {
namespace {

constexpr std::array<int, 6> cube_levels{0, 95, 135, 175, 215, 255};

int nearest_level(int value) {
  int best = 0;
  for (int i = 1; i < 6; ++i)
    if (std::abs(cube_levels[static_cast<std::size_t>(i)] - value) < std::abs(cube_levels[static_cast<std::size_t>(best)] - value))
      best = i;
  return best;
}

int squared(int v) { return v * v; }

std::string colour(Rgb c, ColourDepth depth, bool background) {
  const int which = background ? 48 : 38;
  return depth == ColourDepth::truecolour ? fmt::format("\x1b[{};2;{};{};{}m", which, c.r, c.g, c.b)
                                          : fmt::format("\x1b[{};5;{}m", which, nearest_of_256(c));
}

Rgb pixel(ImageView picture, int x, int y) {
  const std::uint8_t* p = picture.pixels + (static_cast<std::ptrdiff_t>(y) * picture.size.width + x) * 3;
  return {p[0], p[1], p[2]};
}

}  // namespace

ColourDepth colour_depth(const TerminalFacts& t) {
  if (!t.terminal || t.no_color || t.term.empty() || t.term == "dumb") return ColourDepth::none;
  return t.colorterm == "truecolor" || t.colorterm == "24bit" ? ColourDepth::truecolour : ColourDepth::colours256;
}

int nearest_of_256(Rgb c) {
  const int r = nearest_level(c.r), g = nearest_level(c.g), b = nearest_level(c.b);
  const int grey = std::clamp(((c.r + c.g + c.b) / 3 - 3) / 10, 0, 23), grey_level = 8 + 10 * grey;
  const auto level = [](int i) { return cube_levels[static_cast<std::size_t>(i)]; };
  const int to_cube = squared(level(r) - c.r) + squared(level(g) - c.g) + squared(level(b) - c.b);
  const int to_grey = squared(grey_level - c.r) + squared(grey_level - c.g) + squared(grey_level - c.b);
  return to_grey < to_cube ? 232 + grey : 16 + 36 * r + 6 * g + b;
}

std::vector<std::string> half_blocks(ImageView picture, ColourDepth depth) {
  std::vector<std::string> lines;
  if (depth == ColourDepth::none) return lines;
  for (int y = 0; y < picture.size.height; y += 2) {
    std::string line, above, below;
    for (int x = 0; x < picture.size.width; ++x) {
      // A colour is named only where it changes: half the bytes.
      if (std::string now = colour(pixel(picture, x, y), depth, false); now != above) line += above = std::move(now);
      if (y + 1 < picture.size.height)
        if (std::string now = colour(pixel(picture, x, y + 1), depth, true); now != below) line += below = std::move(now);
      line += "\u2580";
    }
    lines.push_back(line + "\x1b[0m");
  }
  return lines;
}

}  // namespace cnnbench
