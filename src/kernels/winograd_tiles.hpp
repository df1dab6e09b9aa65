// Where the tiles of winograd_rows.hpp lie, and what the transforms read and write of them, sixteen channels at a time.
#pragma once

#include <algorithm>
#include <type_traits>

#include "kernels/winograd_rows.hpp"
#include "kernels/winograd_transforms.hpp"

namespace cnnbench::winograd {

using lanes::Ints;

// Where a tile lies: its picture, and its first output within the convolution's output.
struct Tile {
  std::int64_t picture, top, left;
};
inline Tile tile_of(std::int64_t tile, const WinogradShape& s) {
  const std::int64_t in_picture = tile % s.tiles();
  return {tile / s.tiles(), in_picture / s.tiles_across() * s.tile(), in_picture % s.tiles_across() * s.tile()};
}

// Places of `channels` numbers each: a picture, or memory for a square of it.
template <class T>
struct Places {
  T* first;
  std::int64_t height, width, channels;
  CNNBENCH_INLINE T* at(std::int64_t row, std::int64_t column) const { return first + (row * width + column) * channels; }
};

// Some channels of a square of size x size places: where all of it lies within its picture it is read and written there, so that its addresses are
// sums; else in memory beside, [size, size, channels], with 0 for what there is not.
template <class T, int size>
struct Square {
  Places<T> picture;
  std::int64_t top, left;
  Slice channels;
  Places<std::remove_const_t<T>> beside;

  CNNBENCH_INLINE Square(const Places<T>& all, std::int64_t top_row, std::int64_t left_column, Slice these,
                         std::remove_const_t<T>* memory)
      : picture(all), top(top_row), left(left_column), channels(these), beside{memory, size, size, all.channels} {}

  CNNBENCH_INLINE bool within() const {
    return top >= 0 && left >= 0 && top + size <= picture.height && left + size <= picture.width;
  }
  CNNBENCH_INLINE Places<T> there() const { return {picture.at(top, left), picture.height, picture.width, picture.channels}; }

  CNNBENCH_INLINE Places<T> read() const {
    if (within()) return there();
    clear();
    each([&](const T* from, std::remove_const_t<T>* to) { std::copy_n(from, channels.count, to); });
    return {beside.first, size, size, picture.channels};
  }
  CNNBENCH_INLINE Places<T> write() const { return within() ? there() : beside; }
  CNNBENCH_INLINE void written() const {
    if (!within()) each([&](T* to, const T* from) { std::copy_n(from, channels.count, to); });
  }
  CNNBENCH_INLINE Places<T> add() const {
    if (within()) return there();
    clear();
    return beside;
  }
  CNNBENCH_INLINE void added() const {
    if (within()) return;
    each([&](T* to, const T* from) {
      for (std::int64_t c = 0; c < channels.count; ++c) to[c] += from[c];
    });
  }

 private:
  void clear() const {
    if (channels.count == beside.channels) {
      std::fill_n(beside.first, size * size * channels.count, T{});
      return;
    }
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) std::fill_n(beside.at(i, j) + channels.first, channels.count, T{});
  }
  // do_place(in the picture, beside it) for what there is of both, from the first of the channels on
  template <class Do>
  CNNBENCH_INLINE void each(const Do& do_place) const {
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j)
        if (top + i >= 0 && top + i < picture.height && left + j >= 0 && left + j < picture.width)
          do_place(picture.at(top + i, left + j) + channels.first, beside.at(i, j) + channels.first);
  }
};

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

// The same of places in a picture, and of a small square of vectors.
struct LoadPlaces {
  const Places<const float>& places;
  std::int64_t channel;
  CNNBENCH_INLINE void operator()(Floats& v, int row, int column) const { load_vector(v, places.at(row, column) + channel); }
};
struct AddToPlaces {
  const Places<float>& places;
  std::int64_t channel;
  CNNBENCH_INLINE void operator()(const Floats& v, int row, int column) const {
    Floats sum;
    load_vector(sum, places.at(row, column) + channel);
    sum += v;
    lanes::save(sum, places.at(row, column) + channel);
  }
};
template <int size>
struct LoadVectors {
  const Floats (&square)[size][size];
  CNNBENCH_INLINE void operator()(Floats& v, int row, int column) const { v = square[row][column]; }
};
template <int size>
struct SaveVectors {
  Floats (&square)[size][size];
  CNNBENCH_INLINE void operator()(const Floats& v, int row, int column) const { square[row][column] = v; }
};

}  // namespace cnnbench::winograd
