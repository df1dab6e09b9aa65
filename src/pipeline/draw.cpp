// Random numbers to a matrix, as Keras' ImageDataGenerator does it: M = R * T * Shear * Zoom in (row, column) coordinates
// about the centre (size / 2 - 0.5), an inverse map; then the flips, then the crop, folded into one 2x3 matrix in (x, y).
#include "cnnbench/pipeline/draw.hpp"

#include <fmt/format.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/operations.hpp"

namespace cnnbench {
namespace {

constexpr std::uint64_t draw_stream = 0x64726177;  // "draw": keeps these numbers apart from the shuffle's

RowColumnMatrix operator*(const RowColumnMatrix& l, const RowColumnMatrix& r) {
  return {l.a * r.a + l.b * r.d, l.a * r.b + l.b * r.e, l.a * r.c + l.b * r.f + l.c,
          l.d * r.a + l.e * r.d, l.d * r.b + l.e * r.e, l.d * r.c + l.e * r.f + l.f};
}

RowColumnMatrix keras_matrix(const Draw& d, ImageSize size) {
  RowColumnMatrix product;
  for (const Operation& operation : operations())
    if (operation.about_centre != nullptr) product = product * operation.about_centre(d);
  const double centre_row = size.height / 2.0 - 0.5, centre_col = size.width / 2.0 - 0.5;
  return RowColumnMatrix{1, 0, centre_row, 0, 1, centre_col} * product * RowColumnMatrix{1, 0, -centre_row, 0, 1, -centre_col};
}

// From the parameters to `affine` and `identity`. Keras flips after the affine, so out(x, y) = affined(w - 1 - x, y); the
// crop comes last, so its (x, y) is cropped(x + crop_x, y + crop_y).
void fold(Draw& d, ImageSize in, ImageSize out) {
  const RowColumnMatrix m = keras_matrix(d, in);
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
  Draw d;
  for (const Operation& operation : operations()) operation.draw(config, input, out, random, d);
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
