// From a batch's bytes to the network's input, on the device, the same in training, evaluation and prediction:
// NHWC RGB -> float32 [N, 3, H, W] in channels_last; the CIFAR tutorial's brightness and contrast, then
// standardization or rescaling.
#pragma once

#include <torch/torch.h>

#include <span>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

struct Preprocess {
  double rescale = 1.0 / 255;
  bool standardize = false;
  bool jitters = false;  // brightness_delta or contrast are drawn in training
};
Preprocess preprocess_of(const AugmentConfig&);

// What the device needs of a picture's Draw, one row of float32 each.
enum DrawColumn : std::int64_t {
  affine_column = 0,  // six of them
  channel_shift_column = 6,
  brightness_column,
  brightness_delta_column,
  contrast_column,
  draw_columns
};
void write_draws(std::span<const Draw>, float* rows);

// pixels: [N, H, W, 3], uint8, or float32 0..255 after augmentation on the device. `draws` is [N, draw_columns] on the same
// device, undefined in evaluation.
at::Tensor prepare(const at::Tensor& pixels, const Preprocess&, const at::Tensor& draws = {});

}  // namespace cnnbench
