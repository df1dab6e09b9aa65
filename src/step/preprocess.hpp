// From a batch's bytes to the network's input, on the device, the same in training, evaluation and prediction:
// NHWC RGB -> float32 [N, 3, H, W] in channels_last; the CIFAR tutorial's brightness and contrast, then
// standardization or rescaling, then the other normalizations.
#pragma once

#include <optional>
#include <span>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

struct Preprocess {
  double rescale = 1.0 / 255;
  bool standardize = false, samplewise_center = false, samplewise_std_normalization = false;
  std::optional<PerChannel> channel_mean{}, channel_std{};
  bool jitters = false;  // brightness_delta or contrast are drawn in training
};
Preprocess preprocess_of(const AugmentConfig&);

// What the device needs of a picture's Draw, one row of float32 each: the matrix, then pipeline/operations' device_numbers().
inline constexpr std::int64_t affine_column = 0;  // six of them
std::int64_t column_of(float Draw::*number);
std::int64_t draw_columns();
void write_draws(std::span<const Draw>, float* rows);

// pixels: [N, H, W, 3], uint8, or float32 0..255 after augmentation on the device. `draws` is [N, draw_columns()] on the same
// device, undefined in evaluation.
at::Tensor prepare(const at::Tensor& pixels, const Preprocess&, const at::Tensor& draws = {});

}  // namespace cnnbench
