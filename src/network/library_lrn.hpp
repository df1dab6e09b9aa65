// libtorch's local response normalization. It is written in headers that take longer to read than all others of this room, so one
// file reads them.
#pragma once

#include <cstdint>

#include "network/network.hpp"

namespace cnnbench {

// Over `window` channels; alpha is divided by the window
// (https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html).
LayerFunction library_lrn(std::int64_t window, double alpha, double beta, double k);

}  // namespace cnnbench
