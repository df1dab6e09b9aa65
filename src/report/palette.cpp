#include "cnnbench/report/palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cnnbench::report {
namespace {

using Rgb = std::array<double, 3>;  // 0 to 255

Rgb rgb_of(std::string_view colour) {
  const auto digit = [&](std::size_t i) { return colour[i] <= '9' ? colour[i] - '0' : (colour[i] | 0x20) - 'a' + 10; };
  Rgb out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = digit(1 + 2 * i) * 16 + digit(2 + 2 * i);
  return out;
}

// Relative luminance: W3C, WCAG 2.1.
double luminance(std::string_view colour) {
  const auto linear = [](double channel) {
    const double c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const Rgb c = rgb_of(colour);
  return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}

// Lightness falls all the way (after ColorBrewer's YlGnBu), so that it also reads in grey.
constexpr std::array<std::string_view, 5> heat{"#f4f9c8", "#a9dcb7", "#45b4c2", "#2267ac", "#10275f"};

}  // namespace

double contrast(std::string_view a, std::string_view b) {
  const double first = luminance(a), second = luminance(b);
  const double dark = std::min(first, second), light = std::max(first, second);
  return (light + 0.05) / (dark + 0.05);
}

std::string heat_colour(double share) {
  const double at = std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * (heat.size() - 1);
  const std::size_t from = std::min(static_cast<std::size_t>(at), heat.size() - 2);
  const double part = at - static_cast<double>(from);
  const Rgb a = rgb_of(heat[from]), b = rgb_of(heat[from + 1]);
  const auto mixed = [&](std::size_t i) { return static_cast<int>(std::lround(a[i] + (b[i] - a[i]) * part)); };
  return fmt::format("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2));
}

std::string text_on(std::string_view colour) {
  return contrast(colour, "#000000") >= contrast(colour, "#ffffff") ? "#000000" : "#ffffff";
}

}  // namespace cnnbench::report
