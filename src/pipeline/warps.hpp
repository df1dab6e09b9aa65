// The implementations behind warp_with, each of the type Warp. Neither knows the other. Internal.
#pragma once

#include "cnnbench/pipeline/warp.hpp"

namespace cnnbench {

void warp_with_opencv(ImageView in, const Draw&, Fill, ImageSpan out);
void warp_fused(ImageView in, const Draw&, Fill, ImageSpan out);

}  // namespace cnnbench
