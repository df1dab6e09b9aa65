#include "step/preprocess.hpp"

#include <algorithm>
#include <cmath>

namespace cnnbench {

Preprocess preprocess_of(const AugmentConfig& a) {
  return {.rescale = a.rescale, .standardize = a.standardize, .jitters = a.brightness_delta > 0 || a.contrast.has_value()};
}

void write_draws(std::span<const Draw> draws, float* rows) {
  for (const Draw& draw : draws) {
    rows = std::copy(std::begin(draw.affine), std::end(draw.affine), rows);
    for (const float value : {draw.channel_shift, draw.brightness, draw.brightness_delta, draw.contrast}) *rows++ = value;
  }
}

at::Tensor prepare(const at::Tensor& pixels, const Preprocess& p, const at::Tensor& draws) {
  const at::Tensor in = pixels.permute({0, 3, 1, 2});  // a channels_last view
  const bool jitters = p.jitters && draws.defined();
  if (!p.standardize && !jitters) return at::mul(in, p.rescale);
  at::Tensor x = in.to(at::kFloat);
  if (jitters) {
    const auto column = [&draws](DrawColumn c) { return draws.select(1, c).view({-1, 1, 1, 1}); };
    const at::Tensor mean = x.mean({2, 3}, true);
    x = at::addcmul(mean + column(brightness_delta_column), x - mean, column(contrast_column));
  }
  if (!p.standardize) return x.mul_(p.rescale);
  // tf.image.per_image_standardization: the floor on the deviation protects uniform pictures.
  const auto [variance, mean] = at::var_mean(x, {1, 2, 3}, /*correction=*/c10::optional<at::Scalar>(0), true);
  const double floor = 1 / std::sqrt(static_cast<double>(x[0].numel()));
  return (x - mean) / variance.sqrt().clamp_min(floor);
}

}  // namespace cnnbench
