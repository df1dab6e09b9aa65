// Keras' random transform of one picture in float and plain loops, from a Draw's parameters (never from its matrix): the
// answer that draw() and warp() together must give. Sampling outside follows OpenCV's border names. Slow on purpose.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench::reference {

struct FloatImage {
  ImageSize size;
  std::vector<double> values;
  FloatImage(ImageSize s) : size(s), values(s.bytes()) {}
  double& at(int y, int x, int c) { return values[(static_cast<std::size_t>(y) * size.width + x) * 3 + c]; }
  double at(int y, int x, int c) const { return values[(static_cast<std::size_t>(y) * size.width + x) * 3 + c]; }
};

inline int outside(FillMode fill, int i, int side) {  // -1: cval
  switch (fill) {
    case FillMode::nearest:
      return std::clamp(i, 0, side - 1);
    case FillMode::reflect:  // fedcba|abcdef|fedcba
      while (i < 0 || i >= side) i = i < 0 ? -1 - i : 2 * side - 1 - i;
      return i;
    case FillMode::wrap:
      return ((i % side) + side) % side;
    case FillMode::constant:
      return i < 0 || i >= side ? -1 : i;
  }
  return -1;
}

inline double sample(const FloatImage& in, double y, double x, int c, FillMode fill, double cval) {
  const int y0 = static_cast<int>(std::floor(y)), x0 = static_cast<int>(std::floor(x));
  double sum = 0;
  for (int dy = 0; dy < 2; ++dy)
    for (int dx = 0; dx < 2; ++dx) {
      const double weight = (dy ? y - y0 : 1 - (y - y0)) * (dx ? x - x0 : 1 - (x - x0));
      const int yy = outside(fill, y0 + dy, in.size.height), xx = outside(fill, x0 + dx, in.size.width);
      sum += weight * (yy < 0 || xx < 0 ? cval : in.at(yy, xx, c));
    }
  return sum;
}

// keras.preprocessing.image: apply_affine_transform with (row, column) matrices about the centre.
inline FloatImage affine(const FloatImage& in, const Draw& d, FillMode fill, double cval) {
  const double pi = std::acos(-1.0), theta = d.rotation_degrees * pi / 180, shear = d.shear_degrees * pi / 180;
  const double centre_y = in.size.height / 2.0 - 0.5, centre_x = in.size.width / 2.0 - 0.5;
  FloatImage out(in.size);
  for (int row = 0; row < in.size.height; ++row)
    for (int col = 0; col < in.size.width; ++col) {
      // Right to left: zoom, shear, shift, rotation.
      double y = (row - centre_y) * d.zoom_y, x = (col - centre_x) * d.zoom_x;
      y = y - std::sin(shear) * x;
      x = std::cos(shear) * x;
      y += d.shift_y;
      x += d.shift_x;
      const double turned_y = std::cos(theta) * y - std::sin(theta) * x, turned_x = std::sin(theta) * y + std::cos(theta) * x;
      for (int c = 0; c < 3; ++c) out.at(row, col, c) = sample(in, turned_y + centre_y, turned_x + centre_x, c, fill, cval);
    }
  return out;
}

// Affine, flips, crop; the colour steps are tested by themselves.
inline FloatImage transform(ImageView picture, const Draw& d, FillMode fill, double cval, ImageSize out_size) {
  FloatImage in(picture.size);
  std::copy(picture.pixels, picture.pixels + picture.size.bytes(), in.values.begin());
  const FloatImage moved = affine(in, d, fill, cval);
  FloatImage out(out_size);
  for (int y = 0; y < out_size.height; ++y)
    for (int x = 0; x < out_size.width; ++x)
      for (int c = 0; c < 3; ++c) {
        const int full_y = y + d.crop_y, full_x = x + d.crop_x;
        out.at(y, x, c) =
            moved.at(d.flipped_y ? in.size.height - 1 - full_y : full_y, d.flipped_x ? in.size.width - 1 - full_x : full_x, c);
      }
  return out;
}

// Harsh on purpose: black and white pixels, where a coordinate's error shows most.
inline std::vector<std::uint8_t> noise(ImageSize size, std::uint64_t seed) {
  std::vector<std::uint8_t> pixels(size.bytes());
  RandomStream random{seed, 99};
  for (std::uint8_t& p : pixels) p = random.coin() ? static_cast<std::uint8_t>(random.below(256)) : random.coin() ? 255 : 0;
  return pixels;
}

}  // namespace cnnbench::reference
