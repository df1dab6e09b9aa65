#include "cnnbench/pipeline/warp.hpp"

#include "warps.hpp"

namespace cnnbench {

Warp warp_of(AugmentBackend backend) { return backend == AugmentBackend::opencv ? warp_with_opencv : warp_fused; }

}  // namespace cnnbench
