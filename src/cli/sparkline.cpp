#include "cnnbench/cli/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace cnnbench {
namespace {

constexpr int eighths = 8;
constexpr std::array<std::string_view, eighths + 1> rising{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, eighths + 1> growing{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr std::array<std::string_view, eighths + 1> heavier{" ", ".", ":", "-", "=", "+", "*", "%", "#"};

// Of a column of `rows` cells; 1 at least.
int height(double value, Bounds bounds, int rows) {
  const double share = bounds.high > bounds.low ? std::clamp((value - bounds.low) / (bounds.high - bounds.low), 0.0, 1.0) : 1;
  return std::max(1, static_cast<int>(std::lround(share * rows * eighths)));
}

}  // namespace

Bounds bounds_of(std::span<const double> values) {
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {std::max(0.0, std::min(*low, 0.8 * *high)), *high};
}

std::vector<std::string> sparkline(std::span<const double> values, Bounds bounds, int columns, int rows, Script script) {
  const auto& marks = script == Script::unicode ? rising : heavier;
  const auto room = static_cast<std::size_t>(std::max(0, columns));
  values = values.last(std::min(values.size(), room));
  std::vector<std::string> out(static_cast<std::size_t>(std::max(0, rows)), std::string(room - values.size(), ' '));
  for (const double value : values) {
    const int high = height(value, bounds, rows);
    for (int row = 0; row < rows; ++row) {
      const int below = (rows - 1 - row) * eighths;
      out[static_cast<std::size_t>(row)] += marks[static_cast<std::size_t>(std::clamp(high - below, 0, eighths))];
    }
  }
  return out;
}

std::string bar(double share, int columns, Script script) {
  const double cells = std::clamp(share, 0.0, 1.0) * std::max(0, columns);
  std::string out;
  if (script == Script::ascii) return std::string(static_cast<std::size_t>(std::lround(cells)), '#');
  const auto whole = static_cast<int>(std::lround(cells * eighths));
  for (int i = 0; i < whole / eighths; ++i) out += growing[eighths];
  return out += growing[static_cast<std::size_t>(whole % eighths)];
}

}  // namespace cnnbench
