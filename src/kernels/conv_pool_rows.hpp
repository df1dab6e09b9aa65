// The first block of a network for pictures: convolution of three channels, max pooling, ReLU, in one pass, forward and
// backward. The loops behind conv_pool.hpp on the CPU; no torch. Nothing of the convolution's output is written to memory (it is
// four times the pooled one, and three channels in are too few for a matrix product to pay), and only winners send a gradient back.
#pragma once

#include <cstdint>

#include "kernels/slices.hpp"

namespace cnnbench {

// Kernels 3: no padding, windows of 2x2 side by side. Kernels 5 (conv_pool_overlapping_rows.hpp): padding that keeps the picture's
// size, which is even, and windows of 3x3 two apart, the last of which end with it.
struct ConvPoolShape {
  static constexpr int channels = 3, block = 16;
  std::int64_t height = 0, width = 0, filters = 0;  // in; filters: a multiple of `block`
  int kernel = 3;
  int taps() const { return kernel * kernel * channels; }
  std::int64_t out_height() const { return out(height); }
  std::int64_t out_width() const { return out(width); }

 private:
  std::int64_t out(std::int64_t side) const { return (kernel == 3 ? side - 2 : side) / 2; }
};

// x: pictures [height, width, 3] float32, one after the other; weights: [taps, filters], tap = (row * kernel + column) * 3 +
// channel; bias: [filters]. y: [out_height, out_width, filters] of each; winner: which of its window's places each output is
// (kernels 3: row * 2 + column), no_winner (pool_rows.hpp) where ReLU let nothing through. NaNs win.
struct ConvPoolForward {
  const float *x, *weights, *bias;
  float* y;
  std::uint8_t* winner;
  std::int64_t pictures;
  ConvPoolShape shape;
  Slice filters;  // kernels 5: that are computed, whole blocks; kernels 3: all
};
void conv_pool(const ConvPoolForward&);

// Of one picture. gradients: those of the weights [taps, filters], then those of the bias [filters]; the slice is written whole.
struct ConvPoolBackward {
  const float *x, *g;
  const std::uint8_t* winner;
  float* gradients;
  ConvPoolShape shape;
  Slice filters;
};
void conv_pool_backward(const ConvPoolBackward&);

// In how many slices to cut a picture where pictures alone are too few for the threads. Forward: of rows of outputs with kernels 3,
// whose rows stand by themselves, else of filters; backward: of filters.
inline std::int64_t conv_pool_forward_slices(std::int64_t pictures, const ConvPoolShape& s, std::int64_t threads) {
  return slices_for(threads, pictures, s.kernel == 3 ? s.out_height() : s.filters / ConvPoolShape::block);
}
inline std::int64_t conv_pool_backward_slices(std::int64_t pictures, const ConvPoolShape& s, std::int64_t threads) {
  return slices_for(threads, pictures, s.filters / ConvPoolShape::block);
}

}  // namespace cnnbench
