#include "cnnbench/draw/caption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cnnbench {
namespace {

// A turned and a flipped picture are told apart by the sign; rounding must not give "-0.0".
std::string signed_number(float value, int digits) {
  const double unit = std::pow(10.0, digits), rounded = std::round(static_cast<double>(value) * unit) / unit;
  return rounded == 0 ? fmt::format("{:.{}f}", 0.0, digits) : fmt::format("{:+.{}f}", rounded, digits);
}

std::string flip_words(const Draw& d) {
  if (d.flipped_x && d.flipped_y) return "flip both ways";
  if (d.flipped_x) return "flip left-right";
  return d.flipped_y ? "flip up-down" : "no flip";
}

}  // namespace

std::vector<std::string> draw_caption(const AugmentConfig& a, const Draw& d) {
  std::vector<std::string> lines;
  if (a.rotation_degrees > 0) lines.push_back(fmt::format("rotate {} deg", signed_number(d.rotation_degrees, 1)));
  if (a.width_shift > 0 || a.height_shift > 0)
    lines.push_back(fmt::format("shift {} {} px", signed_number(d.shift_x, 1), signed_number(d.shift_y, 1)));
  if (a.shear_degrees > 0) lines.push_back(fmt::format("shear {} deg", signed_number(d.shear_degrees, 1)));
  if (a.zoom > 0) lines.push_back(fmt::format("zoom {:.2f} {:.2f}", d.zoom_x, d.zoom_y));
  if (a.horizontal_flip || a.vertical_flip) lines.push_back(flip_words(d));
  if (a.channel_shift > 0) lines.push_back(fmt::format("channels {}", signed_number(d.channel_shift, 0)));
  if (a.brightness) lines.push_back(fmt::format("brightness x{:.2f}", d.brightness));
  if (a.crop > 0) lines.push_back(fmt::format("crop at {} {}", d.crop_x, d.crop_y));
  if (a.brightness_delta > 0) lines.push_back(fmt::format("brightness {}", signed_number(d.brightness_delta, 0)));
  if (a.contrast) lines.push_back(fmt::format("contrast x{:.2f}", d.contrast));
  return lines;
}

std::vector<std::uint8_t> with_jitter(std::vector<std::uint8_t> pixels, const Draw& d) {
  if (d.brightness_delta == 0 && d.contrast == 1) return pixels;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    double sum = 0;
    for (std::size_t i = channel; i < pixels.size(); i += 3) sum += pixels[i];
    const double mean = sum * 3 / static_cast<double>(std::max<std::size_t>(pixels.size(), 3));
    for (std::size_t i = channel; i < pixels.size(); i += 3) {
      const double value = mean + static_cast<double>(d.brightness_delta) + (pixels[i] - mean) * static_cast<double>(d.contrast);
      pixels[i] = static_cast<std::uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
    }
  }
  return pixels;
}

}  // namespace cnnbench
