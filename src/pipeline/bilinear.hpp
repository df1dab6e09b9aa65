// The bilinear kernel in whole numbers: what to sample, row by row, with the same result on every CPU. Internal to warp.
// Coordinates are 32.32 at the start of each block of 8 pixels and 16.16 inside it, weights have 15 bits, pixels 7 more than
// their 8: within 0.55 grey levels of exact arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cnnbench/core/image.hpp"

namespace cnnbench::bilinear {

inline constexpr int block = 8;
inline constexpr int max_side = 4096;  // data.image_size's limit; rows of less than 32767 bytes

// What to do with a coordinate before it is clamped into the picture. `once`: at most one period outside.
enum class Fold { none, reflect_once, wrap_once, reflect_any, wrap_any };

// Input (x, y) of output (x, y), times 2^32: x = xx * column + xy * row + x0.
struct Map {
  std::int64_t xx, xy, x0, yx, yy, y0;
};

// Reads `source` (at least 2x2) and writes size.height x size.width pixels to `out`. `folded` is the size of the picture
// that Fold is about; the source may carry one more column and row (wrap).
struct Job {
  const std::uint8_t* source;
  ImageSize source_size, folded;
  Map map;
  Fold fold;
  std::uint8_t* out;
  ImageSize out_size;
};

void run_scalar(const Job&);
void run_avx2(const Job&);  // only where has_avx2()
bool has_avx2();

inline void run(const Job& job) { has_avx2() ? run_avx2(job) : run_scalar(job); }

// Calls fn.operator()<fold>(): what the kernels must know when they are compiled.
template <typename Fn>
void with_fold(Fold fold, const Fn& fn) {
  switch (fold) {
    case Fold::none:
      return fn.template operator()<Fold::none>();
    case Fold::reflect_once:
      return fn.template operator()<Fold::reflect_once>();
    case Fold::wrap_once:
      return fn.template operator()<Fold::wrap_once>();
    case Fold::reflect_any:
      return fn.template operator()<Fold::reflect_any>();
    case Fold::wrap_any:
      return fn.template operator()<Fold::wrap_any>();
  }
}

// Shared by both: 16.16 coordinate at a block's start, and of each pixel relative to that. Limited to 16384 and 4096 pixels,
// beyond what configs can ask for, so that nothing below overflows.
constexpr std::int32_t within(std::int64_t v, std::int64_t limit) {
  return static_cast<std::int32_t>(v < -limit ? -limit : v > limit ? limit : v);
}
inline std::int32_t at_block(std::int64_t start) { return within((start + (1 << 15)) >> 16, std::int64_t{1} << 30); }
inline std::int32_t lane(std::int64_t step, int i) { return within((step * i + (1 << 15)) >> 16, std::int64_t{1} << 28); }

// 16.16, side in pixels. Reflection is about -0.5 and side - 0.5 (edge pixels twice), so that clamping does the rest.
template <Fold fold>
inline std::int32_t fold_coordinate(std::int32_t v, int side) {
  constexpr std::int32_t one = 1 << 16;
  if constexpr (fold == Fold::reflect_any) {
    const std::int64_t period = std::int64_t{2} * side * one;
    std::int64_t t = (std::int64_t{v}) % period;
    if (t < 0) t += period;
    v = static_cast<std::int32_t>(t);
  }
  if constexpr (fold == Fold::wrap_any) {
    const std::int64_t period = std::int64_t{side} * one;
    const std::int64_t t = (std::int64_t{v}) % period;
    v = static_cast<std::int32_t>(t < 0 ? t + period : t);
  }
  if constexpr (fold == Fold::reflect_once || fold == Fold::reflect_any) {
    v = v > -one - v ? v : -one - v;
    const std::int32_t mirrored = 2 * side * one - one - v;
    v = v < mirrored ? v : mirrored;
  }
  if constexpr (fold == Fold::wrap_once) {
    if (v < 0) v += side * one;
    if (v >= side * one) v -= side * one;
  }
  return v;
}

}  // namespace cnnbench::bilinear
