// One tile of winograd_rows.hpp between a picture in memory and its 36 planes: the two-dimensional transforms, each the
// one-dimensional one along columns and then along rows, sixteen channels at a time.
#pragma once

#include <algorithm>

#include "train/winograd_rows.hpp"
#include "train/winograd_transforms.hpp"

namespace cnnbench::winograd {

using lanes::Ints;

// Where a tile lies: its picture, and its first output within the convolution's output.
struct Place {
  std::int64_t picture, top, left;
};
inline Place place_of(std::int64_t tile, const WinogradShape& s) {
  const std::int64_t in_picture = tile % s.tiles();
  return {tile / s.tiles(), in_picture / s.tiles_across() * s.tile(), in_picture % s.tiles_across() * s.tile()};
}

// The addresses of a square of places in a picture [height, width, channels]; `outside` where there is none.
template <class T, int size>
struct Window {
  T* at[size][size];
};
struct Extent {
  std::int64_t height, width, channels;
};
template <class T, int size>
CNNBENCH_INLINE void window_of(Window<T, size>& window, T* picture, T* outside, std::int64_t top, std::int64_t left,
                               const Extent& e) {
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const std::int64_t row = top + i, column = left + j;
      const bool inside = row >= 0 && row < e.height && column >= 0 && column < e.width;
      window.at[i][j] = inside ? picture + (row * e.width + column) * e.channels : outside;
    }
}

// B^T d B.
CNNBENCH_INLINE void to_planes(const Window<const float, side>& window, std::int64_t channel, float* planes, std::int64_t plane) {
  Floats half[side][side];
#pragma GCC unroll 6
  for (int j = 0; j < side; ++j) {
    Floats d[side], t[side];
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) load_vector(d[i], window.at[i][j] + channel);
    input(d, t);
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) half[i][j] = t[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < side; ++i) {
    Floats t[side];
    input(half[i], t);
#pragma GCC unroll 6
    for (int j = 0; j < side; ++j) lanes::save(t[j], planes + (i * side + j) * plane);
  }
}

// B t B^T, added to what is there.
CNNBENCH_INLINE void add_from_planes(const float* planes, std::int64_t plane, const Window<float, side>& window,
                                     std::int64_t channel) {
  Floats half[side][side];
#pragma GCC unroll 6
  for (int j = 0; j < side; ++j) {
    Floats t[side], d[side];
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) load_vector(t[i], planes + (i * side + j) * plane);
    input_adjoint(t, d);
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) half[i][j] = d[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < side; ++i) {
    Floats d[side];
    input_adjoint(half[i], d);
#pragma GCC unroll 6
    for (int j = 0; j < side; ++j) {
      Floats sum;
      load_vector(sum, window.at[i][j] + channel);
      sum += d[j];
      lanes::save(sum, window.at[i][j] + channel);
    }
  }
}

// A^T t A.
template <int tile>
CNNBENCH_INLINE void outputs_from_planes(const float* planes, std::int64_t plane, Floats (&y)[tile][tile]) {
  Floats half[tile][side];
#pragma GCC unroll 6
  for (int j = 0; j < side; ++j) {
    Floats t[side], o[tile];
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) load_vector(t[i], planes + (i * side + j) * plane);
    output(t, o);
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i) half[i][j] = o[i];
  }
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i) output(half[i], y[i]);
}

// A g A^T.
template <int tile>
CNNBENCH_INLINE void gradients_to_planes(const Floats (&g)[tile][tile], float* planes, std::int64_t plane) {
  Floats half[side][tile];
#pragma GCC unroll 4
  for (int j = 0; j < tile; ++j) {
    Floats column[tile], t[side];
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i) column[i] = g[i][j];
    output_adjoint(column, t);
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) half[i][j] = t[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < side; ++i) {
    Floats t[side];
    output_adjoint(half[i], t);
#pragma GCC unroll 6
    for (int j = 0; j < side; ++j) lanes::save(t[j], planes + (i * side + j) * plane);
  }
}

}  // namespace cnnbench::winograd
