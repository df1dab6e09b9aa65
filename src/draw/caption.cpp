#include "cnnbench/draw/caption.hpp"

#include <algorithm>
#include <cmath>

#include "cnnbench/pipeline/operations.hpp"

namespace cnnbench {
std::vector<std::string> draw_caption(const AugmentConfig& config, const Draw& d) {
  std::vector<std::string> lines;
  for (const Operation& operation : operations())
    if (operation.used(config)) lines.push_back(operation.caption(d));
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
