// Where the tiles of winograd_rows.hpp lie, and what the transforms read and write of them, sixteen channels at a time.
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
  T* at[size][size]{};
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

// Sixteen channels of 36 planes, `plane` floats apart: where both_ways begins or ends.
template <class Float>
struct Planes {
  Float* first;
  std::int64_t plane;
  CNNBENCH_INLINE Float* at(int row, int column) const { return first + (row * side + column) * plane; }
};
struct LoadPlanes : Planes<const float> {
  CNNBENCH_INLINE void operator()(Floats& v, int row, int column) const { load_vector(v, at(row, column)); }
};
struct SavePlanes : Planes<float> {
  CNNBENCH_INLINE void operator()(const Floats& v, int row, int column) const { lanes::save(v, at(row, column)); }
};

// The same of a window in a picture, and of a small square of vectors.
struct LoadWindow {
  const Window<const float, side>& window;
  std::int64_t channel;
  CNNBENCH_INLINE void operator()(Floats& v, int row, int column) const { load_vector(v, window.at[row][column] + channel); }
};
struct AddToWindow {
  const Window<float, side>& window;
  std::int64_t channel;
  CNNBENCH_INLINE void operator()(const Floats& v, int row, int column) const {
    Floats sum;
    load_vector(sum, window.at[row][column] + channel);
    sum += v;
    lanes::save(sum, window.at[row][column] + channel);
  }
};
template <int size>
struct LoadSquare {
  const Floats (&square)[size][size];
  CNNBENCH_INLINE void operator()(Floats& v, int row, int column) const { v = square[row][column]; }
};
template <int size>
struct SaveSquare {
  Floats (&square)[size][size];
  CNNBENCH_INLINE void operator()(const Floats& v, int row, int column) const { square[row][column] = v; }
};

}  // namespace cnnbench::winograd
