// A chart laid out for a width: boxes, strokes and words at places in CSS pixels, y downwards. Both SVG and PNG are made of it, so
// that they cannot differ. Nothing overlaps: text is measured with the font of font.hpp, which is wider than most screens' fonts.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cnnbench/report/chart.hpp"
#include "cnnbench/report/palette.hpp"

namespace cnnbench::report {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  Ink ink = Ink::paper;
  std::string colour{};  // "#rrggbb" instead of the ink, the same in light and dark: a heat map's
  int pattern = 0;       // 0: plain; 1 to pattern_count: lines in the paper's colour
  bool outlined = false;
  std::string tip{};  // a tooltip
};

struct Stroke {
  std::vector<Point> points{};
  Ink ink = Ink::text;
  double width = 1;
  bool dashed = false;
  std::string tip{};
};

enum class Anchor { start, middle, end };

struct Words {
  Point at{};  // the baseline
  std::string text{};
  double size = 13;
  Anchor anchor = Anchor::start;
  Ink ink = Ink::text;
  std::string colour{};  // as a box's
  bool strong = false;
  std::string full{};  // the whole text, where `text` was cut
};

struct Drawing {
  double width = 0, height = 0;
  std::string title{};  // for those who cannot see it
  std::vector<std::variant<Box, Stroke, Words>> items{};
};

// `width` at least 240. A chart without any figure says so.
Drawing lay_out(const Chart&, double width);

// One below the other.
Drawing stacked(const std::vector<Drawing>&);
Drawing framed(Drawing, double margin);

inline constexpr double wide_width = 860, narrow_width = 350;

}  // namespace cnnbench::report
