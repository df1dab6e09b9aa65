// bfloat16 for loops without torch: the upper half of a float32.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/vector_code.hpp"

namespace cnnbench {

struct Bfloat16 {
  std::uint16_t bits;
};

CNNBENCH_INLINE float widened(float v) { return v; }
CNNBENCH_INLINE float widened(Bfloat16 v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v.bits) << 16); }

CNNBENCH_INLINE void store(float v, float& out) { out = v; }
// To the nearest, ties to even. A NaN must not round to infinity: it keeps its upper half, made quiet.
CNNBENCH_INLINE void store(float v, Bfloat16& out) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
  out.bits = static_cast<std::uint16_t>(v == v ? rounded : quiet);
}

}  // namespace cnnbench
