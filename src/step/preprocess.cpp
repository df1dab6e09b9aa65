#include "step/preprocess.hpp"

#include <algorithm>
#include <cmath>

#include "cnnbench/pipeline/operations.hpp"

namespace cnnbench {

namespace {

// Keras' ImageDataGenerator.standardize(), after its rescale. Scalars only: a recorded CUDA graph can hold no tensor from the host.
at::Tensor normalized(at::Tensor x, const Preprocess& p) {
  if (p.samplewise_center) x = x - x.mean({1, 2, 3}, true);
  if (p.samplewise_std_normalization) x = x / (at::std(x, {1, 2, 3}, /*correction=*/c10::optional<at::Scalar>(0), true) + 1e-6);
  for (std::size_t c = 0; c < 3; ++c) {
    if (p.channel_mean) x.select(1, static_cast<std::int64_t>(c)).sub_((*p.channel_mean)[c]);
    if (p.channel_std) x.select(1, static_cast<std::int64_t>(c)).div_((*p.channel_std)[c]);
  }
  return x;
}

}  // namespace

Preprocess preprocess_of(const AugmentConfig& a) {
  const auto all = operations();
  return {.rescale = a.rescale,
          .standardize = a.standardize,
          .samplewise_center = a.samplewise_center,
          .samplewise_std_normalization = a.samplewise_std_normalization,
          .channel_mean = a.channel_mean,
          .channel_std = a.channel_std,
          .jitters = std::any_of(all.begin(), all.end(), [&a](const Operation& o) { return o.stage == Stage::floats && o.used(a); })};
}

std::int64_t column_of(float Draw::*number) {
  const auto all = device_numbers();
  return 6 + (std::find(all.begin(), all.end(), number) - all.begin());
}

std::int64_t draw_columns() { return 6 + static_cast<std::int64_t>(device_numbers().size()); }

void write_draws(std::span<const Draw> draws, float* rows) {
  for (const Draw& draw : draws) {
    rows = std::copy(std::begin(draw.affine), std::end(draw.affine), rows);
    for (float Draw::*const number : device_numbers()) *rows++ = draw.*number;
  }
}

at::Tensor prepare(const at::Tensor& pixels, const Preprocess& p, const at::Tensor& draws) {
  const at::Tensor in = pixels.permute({0, 3, 1, 2});  // a channels_last view
  const bool jitters = p.jitters && draws.defined();
  if (!p.standardize && !jitters) return normalized(at::mul(in, p.rescale), p);
  at::Tensor x = in.to(at::kFloat);
  if (jitters) {
    const auto number = [&draws](float Draw::*n) { return draws.select(1, column_of(n)).view({-1, 1, 1, 1}); };
    const at::Tensor mean = x.mean({2, 3}, true);
    x = at::addcmul(mean + number(&Draw::brightness_delta), x - mean, number(&Draw::contrast));
  }
  if (!p.standardize) return normalized(x.mul_(p.rescale), p);
  // tf.image.per_image_standardization: the floor on the deviation protects uniform pictures.
  const auto [variance, mean] = at::var_mean(x, {1, 2, 3}, /*correction=*/c10::optional<at::Scalar>(0), true);
  const double floor = 1 / std::sqrt(static_cast<double>(x[0].numel()));
  return normalized((x - mean) / variance.sqrt().clamp_min(floor), p);
}

}  // namespace cnnbench
