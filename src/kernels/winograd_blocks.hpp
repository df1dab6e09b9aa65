// What both directions of winograd_rows.hpp do with a block of tiles: their places, planes and products.
#pragma once

#include <vector>

#include "kernels/matrix_blocks.hpp"
#include "kernels/winograd_tiles.hpp"

namespace cnnbench::winograd {

using Shape = WinogradShape;
inline constexpr int planes = Shape::planes;

// Their planes stay in a core's second-level cache.
inline constexpr std::int64_t together = Shape::together;
static_assert(together % rows_together == 0);

// Memory of the calling thread that grows and is kept: nothing is allocated per step. Zero at first, so that rows beside those in
// use hold finite numbers.
enum class Scratch { inputs, outputs, input_gradients, beside, bias };
inline float* scratch(Scratch which, std::int64_t floats) {
  constexpr std::size_t line = 16;  // floats: 64 bytes
  thread_local std::vector<float> memory[5];
  std::vector<float>& m = memory[static_cast<std::size_t>(which)];
  if (m.size() < static_cast<std::size_t>(floats) + line) m.assign(static_cast<std::size_t>(floats) + line, 0.0F);
  const auto address = reinterpret_cast<std::uintptr_t>(m.data());
  return m.data() + (line - address / sizeof(float) % line) % line;
}

// Between two planes of `together` tiles: a line more than they need, lest all 36 fall into the same few sets of the cache.
inline std::int64_t plane_of(std::int64_t channels) { return together * channels + 16; }

template <class T>
CNNBENCH_INLINE Places<T> input_of(T* x, const Tile& tile, const Shape& s) {
  return {x + tile.picture * s.height * s.width * s.channels, s.height, s.width, s.channels};
}
template <class T>
CNNBENCH_INLINE Places<T> output_of(T* y, const Tile& tile, const Shape& s) {
  return {y + tile.picture * s.out_height() * s.out_width() * s.filters, s.out_height(), s.out_width(), s.filters};
}

// What of a tile lies beyond its picture (Square): its inputs, or its outputs and what goes with them.
inline std::int64_t beside_of(const Shape& s) { return planes * std::max(s.channels, s.filters); }
inline std::uint8_t* bytes_beside(float* beside, const Shape& s) { return reinterpret_cast<std::uint8_t*>(beside + beside_of(s)); }

CNNBENCH_INLINE void tiles_to_planes(const float* x, Slice channels, float* beside, std::int64_t first, std::int64_t count,
                                     float* to, const Shape& s) {
  const std::int64_t plane = plane_of(channels.count);
  for (std::int64_t t = 0; t < count; ++t) {
    const Tile tile = tile_of(first + t, s);
    const Square<const float, side> square(input_of(x, tile, s), tile.top - s.pad_top, tile.left - s.pad_left, channels, beside);
    const Places<const float> places = square.read();
    for (std::int64_t c = 0; c < channels.count; c += lanes::count)
      both_ways<Input>(LoadPlaces{places, channels.first + c}, SavePlanes{{to + t * channels.count + c, plane}});
  }
}

// Each plane of `a` [count, depth] times some columns of its own matrix [depth, all columns].
template <class Registers>
CNNBENCH_INLINE void multiply_planes(const float* a, const float* matrices, float* c, std::int64_t count, std::int64_t depth,
                                     Slice columns, std::int64_t all_columns) {
  for (int p = 0; p < planes; ++p)
    multiply<Registers>({.a = a + p * plane_of(depth),
                         .a_stride = depth,
                         .b = matrices + p * depth * all_columns + columns.first,
                         .b_stride = all_columns,
                         .c = c + p * plane_of(columns.count),
                         .c_stride = columns.count,
                         .rows = count,
                         .columns = columns.count,
                         .depth = depth});
}

}  // namespace cnnbench::winograd
