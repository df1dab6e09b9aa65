// From a batch's bytes to the network's input, on the device, the same in training, evaluation and prediction:
// uint8 NHWC RGB -> float32 [N, 3, H, W] in channels_last; the CIFAR tutorial's brightness and contrast, then
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

// [N, 2] float32 on the CPU: brightness_delta and contrast of each picture.
at::Tensor jitter_tensor(std::span<const Draw>);

// `jitter` is undefined in evaluation.
at::Tensor prepare(const at::Tensor& pixels, const Preprocess&, const at::Tensor& jitter = {});

}  // namespace cnnbench
