// The pure part of augmentation: applies a Draw to an 8-bit picture, bilinear, straight into the batch's slot.
// Does the geometric part, channel_shift and brightness; brightness_delta, contrast, rescale and the normalizations follow in
// float on the device, where nothing is cut to 0..255. One interface, and augment.backend's implementations of it:
//   opencv: cv::warpAffine, cv::flip and cv::LUT. OpenCV keeps 1/32 of a pixel: within 8 grey levels of a float reference, which
//   only
//           the hardest edges reach. The same bytes on one machine; another CPU's kernels may round otherwise.
//   fused:  our own kernel. Within 1 grey level, the same bytes on every machine.
#pragma once

#include <cstdint>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// What lies outside the picture. Of abcd: nearest aaa|abcd|ddd, reflect cba|abcd|dcb, wrap bcd|abcd|abc, constant value.
struct Fill {
  FillMode mode = FillMode::nearest;
  std::uint8_t value = 0;  // constant's
};

// in and out do not overlap; out.size may differ (crop). Any thread; starts none.
using Warp = void (*)(ImageView in, const Draw&, Fill, ImageSpan out);

Warp warp_of(AugmentBackend);

}  // namespace cnnbench
