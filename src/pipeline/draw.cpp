// Random numbers to a matrix, as Keras' ImageDataGenerator does it: M = R * T * Shear * Zoom in (row, column) coordinates
// about the centre (size / 2 - 0.5), an inverse map; then the flips, then the crop, folded into one 2x3 matrix in (x, y).
#include "cnnbench/pipeline/draw.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

constexpr std::uint64_t draw_stream = 0x64726177;  // "draw": keeps these numbers apart from the shuffle's

struct SinCos {
  double sin, cos;
};

// libm's sine may differ in the last bit between machines (it picks code by CPU); batches must not. The series is exact to
// double precision on [-45, 45] degrees, and quadrants are taken off in degrees, where that is exact.
SinCos sin_cos_degrees(double degrees) {
  const double quadrant = std::floor(degrees / 90 + 0.5);
  const double x = (degrees - quadrant * 90) * (3.14159265358979323846 / 180), x2 = x * x;
  double s = 0, c = 0;
  for (int k = 9; k >= 1; --k) {
    s = (1 + s) * (-x2 / (2 * k * (2 * k + 1)));
    c = (1 + c) * (-x2 / (2 * k * (2 * k - 1)));
  }
  s = x * (1 + s);
  c = 1 + c;
  switch (static_cast<int>(quadrant) & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

// in_row = a * row + b * col + c; in_col = d * row + e * col + f.
struct RowColMatrix {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};

RowColMatrix operator*(const RowColMatrix& l, const RowColMatrix& r) {
  return {l.a * r.a + l.b * r.d, l.a * r.b + l.b * r.e, l.a * r.c + l.b * r.f + l.c,
          l.d * r.a + l.e * r.d, l.d * r.b + l.e * r.e, l.d * r.c + l.e * r.f + l.f};
}

RowColMatrix keras_matrix(const Draw& d, ImageSize size) {
  const SinCos turn = sin_cos_degrees(d.rotation_degrees), lean = sin_cos_degrees(d.shear_degrees);
  const RowColMatrix rotation{turn.cos, -turn.sin, 0, turn.sin, turn.cos, 0};
  const RowColMatrix shift{1, 0, d.shift_y, 0, 1, d.shift_x};
  const RowColMatrix shear{1, -lean.sin, 0, 0, lean.cos, 0};
  const RowColMatrix zoom{d.zoom_y, 0, 0, 0, d.zoom_x, 0};
  const double centre_row = size.height / 2.0 - 0.5, centre_col = size.width / 2.0 - 0.5;
  return RowColMatrix{1, 0, centre_row, 0, 1, centre_col} * (rotation * shift * shear * zoom) *
         RowColMatrix{1, 0, -centre_row, 0, 1, -centre_col};
}

// From the parameters to `affine` and `identity`. Keras flips after the affine, so out(x, y) = affined(w - 1 - x, y); the
// crop comes last, so its (x, y) is cropped(x + crop_x, y + crop_y).
void fold(Draw& d, ImageSize in, ImageSize out) {
  const RowColMatrix m = keras_matrix(d, in);
  double xx = m.e, xy = m.d, x0 = m.f, yx = m.b, yy = m.a, y0 = m.c;
  if (d.flipped_x) {
    x0 += xx * (in.width - 1);
    y0 += yx * (in.width - 1);
    xx = -xx;
    yx = -yx;
  }
  if (d.flipped_y) {
    x0 += xy * (in.height - 1);
    y0 += yy * (in.height - 1);
    xy = -xy;
    yy = -yy;
  }
  x0 += xx * d.crop_x + xy * d.crop_y;
  y0 += yx * d.crop_x + yy * d.crop_y;
  const double folded[6] = {xx, xy, x0, yx, yy, y0};
  for (int i = 0; i < 6; ++i) d.affine[i] = static_cast<float>(folded[i]);
  d.identity = in == out && xx == 1 && xy == 0 && x0 == 0 && yx == 0 && yy == 1 && y0 == 0;
}

}  // namespace

ImageSize augmented_size(const AugmentConfig& config, ImageSize input) {
  if (config.crop <= 0) return input;
  if (config.crop > input.height || config.crop > input.width)
    throw Error(ExitCode::usage,
                fmt::format("augment.crop is {}, larger than the pictures ({}x{})", config.crop, input.width, input.height),
                "make data.image_size larger or augment.crop smaller");
  return {config.crop, config.crop};
}

Draw draw(const AugmentConfig& config, ImageSize input, Key key) {
  const ImageSize out = augmented_size(config, input);
  RandomStream random{key.seed, key.epoch, key.index, draw_stream};
  // Each line takes one number whether its augmentation is on or off, so that switching one on leaves the others' draws
  // as they were.
  const auto around = [&random](double centre, double range) { return static_cast<float>(centre + random.uniform(-range, range)); };
  const auto within = [&random](const std::optional<Range>& range) {
    const double u = random.unit();
    return static_cast<float>(range ? (*range)[0] + ((*range)[1] - (*range)[0]) * u : 1.0);
  };
  const auto pixels = [](double shift, int side) { return shift < 1 ? shift * side : shift; };
  Draw d;
  d.rotation_degrees = around(0, config.rotation_degrees);
  d.shift_y = around(0, pixels(config.height_shift, input.height));  // Keras' tx: rows first
  d.shift_x = around(0, pixels(config.width_shift, input.width));
  d.shear_degrees = around(0, config.shear_degrees);
  d.zoom_y = around(1, config.zoom);  // Keras' zx scales rows
  d.zoom_x = around(1, config.zoom);
  d.flipped_x = random.unit() < 0.5 && config.horizontal_flip;
  d.flipped_y = random.unit() < 0.5 && config.vertical_flip;
  d.channel_shift = around(0, config.channel_shift);
  d.brightness = within(config.brightness);
  d.crop_y = static_cast<int>(random.below(static_cast<std::uint64_t>(input.height - out.height + 1)));
  d.crop_x = static_cast<int>(random.below(static_cast<std::uint64_t>(input.width - out.width + 1)));
  d.brightness_delta = around(0, config.brightness_delta);
  d.contrast = within(config.contrast);
  fold(d, input, out);
  return d;
}

Draw with_matrix(Draw d, const AugmentConfig& config, ImageSize input) {
  fold(d, input, augmented_size(config, input));
  return d;
}

Draw no_draw(const AugmentConfig& config, ImageSize input) {
  const ImageSize out = augmented_size(config, input);
  Draw d;
  d.crop_y = (input.height - out.height) / 2;
  d.crop_x = (input.width - out.width) / 2;
  fold(d, input, out);
  return d;
}

}  // namespace cnnbench
