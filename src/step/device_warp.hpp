// The pure part of augmentation where the network is: the CPU's warp (pipeline/warp.hpp) as operations on whole batches, for
// pictures that are on the device anyway. The same draws give the same pictures within 1/255, in float32 without rounding.
#pragma once

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"
#include "kernels/tensor.hpp"

namespace cnnbench {

class DeviceWarp {
 public:
  DeviceWarp(const AugmentConfig&, ImageSize input, const at::Device&);
  // pixels: uint8 [N, H, W, 3]; draws: float32 [N, draw_columns()] (preprocess.hpp) -> float32 0..255, [N, h, w, 3].
  at::Tensor operator()(const at::Tensor& pixels, const at::Tensor& draws) const;

 private:
  at::Tensor recoloured(at::Tensor x, const at::Tensor& draws) const;

  AugmentConfig config_;
  at::Tensor columns_, rows_;  // of the output: [1, 1, w] and [1, h, 1]
};

}  // namespace cnnbench
