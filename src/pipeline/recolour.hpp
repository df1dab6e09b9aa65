// The two colour steps on 8-bit pixels, in place. Internal to warp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cnnbench {

// Keras' apply_channel_shift (clipped to the picture's own range), then its brightness: truncated to 8 bits, times the
// factor, clipped and truncated again, as PIL's ImageEnhance.Brightness computes it. Shift 0 and factor 1 do nothing.
void recolour(std::uint8_t* pixels, std::size_t bytes, float channel_shift, float brightness);

}  // namespace cnnbench
