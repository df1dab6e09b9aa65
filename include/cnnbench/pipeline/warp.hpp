// The pure part of augmentation: applies a Draw to an 8-bit picture, bilinear, straight into the batch's slot.
// Does the geometric part, channel_shift and brightness; brightness_delta, contrast, rescale and standardize follow in
// float on the device. Within 1/255 of a float reference away from the border.
#pragma once

#include <cstdint>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// in and out do not overlap; out.size may differ (crop).
void warp(ImageView in, const Draw&, FillMode, std::uint8_t cval, ImageSpan out);

}  // namespace cnnbench
