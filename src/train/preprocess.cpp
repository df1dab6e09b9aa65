#include "train/preprocess.hpp"

#include <cmath>

namespace cnnbench {

Preprocess preprocess_of(const AugmentConfig& a) {
  return {.rescale = a.rescale, .standardize = a.standardize, .jitters = a.brightness_delta > 0 || a.contrast.has_value()};
}

at::Tensor jitter_tensor(std::span<const Draw> draws) {
  at::Tensor values = at::empty({static_cast<std::int64_t>(draws.size()), 2}, at::kFloat);
  float* out = values.data_ptr<float>();
  for (const Draw& draw : draws) {
    *out++ = draw.brightness_delta;
    *out++ = draw.contrast;
  }
  return values;
}

at::Tensor prepare(const at::Tensor& pixels, const Preprocess& p, const at::Tensor& jitter) {
  const at::Tensor bytes = pixels.permute({0, 3, 1, 2});  // a channels_last view
  if (!p.standardize && !jitter.defined()) return at::mul(bytes, p.rescale);
  at::Tensor x = bytes.to(at::kFloat);
  if (jitter.defined()) {
    const at::Tensor delta = jitter.select(1, 0).view({-1, 1, 1, 1}), factor = jitter.select(1, 1).view({-1, 1, 1, 1});
    const at::Tensor mean = x.mean({2, 3}, true);
    x = at::addcmul(mean + delta, x - mean, factor);
  }
  if (!p.standardize) return x.mul_(p.rescale);
  // tf.image.per_image_standardization: the floor on the deviation protects uniform pictures.
  const auto [variance, mean] = at::var_mean(x, {1, 2, 3}, /*correction=*/c10::optional<at::Scalar>(0), true);
  const double floor = 1 / std::sqrt(static_cast<double>(x[0].numel()));
  return (x - mean) / variance.sqrt().clamp_min(floor);
}

}  // namespace cnnbench
