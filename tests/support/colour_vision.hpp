// How far apart colours look, also to people who see fewer of them. For tests of palettes.
// CIEDE2000: Sharma, Wu, Dalal (2005). Simulation: Machado, Oliveira, Fernandes (2009), severity 1, on linear RGB.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

namespace cnnbench::test {

enum class Vision { usual, protanopia, deuteranopia, tritanopia };

struct Lab {
  double lightness = 0, a = 0, b = 0;
};

using Linear = std::array<double, 3>;

inline Linear linear(std::string_view colour) {  // "#rrggbb"
  Linear out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(std::string(colour.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
    out[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  }
  return out;
}

inline Linear seen_with(Vision vision, const Linear& c) {
  using Matrix = std::array<std::array<double, 3>, 3>;
  static constexpr std::array<Matrix, 4> matrices{{
      {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
      {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
      {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
      {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
  }};
  const Matrix& m = matrices.at(static_cast<std::size_t>(vision));
  Linear out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = std::clamp(m[i][0] * c[0] + m[i][1] * c[1] + m[i][2] * c[2], 0.0, 1.0);
  return out;
}

inline Lab lab(const Linear& c) {  // D65
  const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  const double x = f((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
  const double y = f(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
  const double z = f((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

inline double ciede2000(const Lab& one, const Lab& two) {
  constexpr double degree = std::numbers::pi / 180;
  const auto saturation = [](double chroma) { return std::sqrt(std::pow(chroma, 7) / (std::pow(chroma, 7) + std::pow(25.0, 7))); };
  const double g = 0.5 * (1 - saturation((std::hypot(one.a, one.b) + std::hypot(two.a, two.b)) / 2));
  const double a1 = (1 + g) * one.a, a2 = (1 + g) * two.a;
  const double c1 = std::hypot(a1, one.b), c2 = std::hypot(a2, two.b);
  const auto hue = [](double a, double b) { return a == 0 && b == 0 ? 0.0 : std::fmod(std::atan2(b, a) / degree + 360, 360); };
  const double h1 = hue(a1, one.b), h2 = hue(a2, two.b);
  double turn = c1 * c2 == 0 ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const double lightness = two.lightness - one.lightness, chroma = c2 - c1;
  const double hue_part = 2 * std::sqrt(c1 * c2) * std::sin(turn / 2 * degree);
  const double mean_lightness = (one.lightness + two.lightness) / 2, mean_chroma = (c1 + c2) / 2;
  double mean_hue = h1 + h2;
  if (c1 * c2 != 0) mean_hue = std::abs(h1 - h2) <= 180 ? mean_hue / 2 : (mean_hue < 360 ? mean_hue + 360 : mean_hue - 360) / 2;
  const double t = 1 - 0.17 * std::cos((mean_hue - 30) * degree) + 0.24 * std::cos(2 * mean_hue * degree) +
                   0.32 * std::cos((3 * mean_hue + 6) * degree) - 0.2 * std::cos((4 * mean_hue - 63) * degree);
  const double off = (mean_lightness - 50) * (mean_lightness - 50);
  const double sl = 1 + 0.015 * off / std::sqrt(20 + off), sc = 1 + 0.045 * mean_chroma, sh = 1 + 0.015 * mean_chroma * t;
  const double rotation = -std::sin(60 * std::exp(-std::pow((mean_hue - 275) / 25, 2)) * degree) * 2 * saturation(mean_chroma);
  const double l = lightness / sl, c = chroma / sc, h = hue_part / sh;
  return std::sqrt(l * l + c * c + h * h + rotation * c * h);
}

inline double distance(std::string_view a, std::string_view b, Vision vision) {
  return ciede2000(lab(seen_with(vision, linear(a))), lab(seen_with(vision, linear(b))));
}

}  // namespace cnnbench::test
