// The first block of a network for photographs: 3x3 convolution of three channels, 2x2 max pooling, ReLU, in one pass, forward and
// backward. The loops behind conv_pool.hpp on the CPU; no torch. Nothing of the convolution's output is written to memory (it is four
// times the pooled one, and three channels in are too few for a matrix product to pay), and only winners send a gradient back.
#pragma once

#include <cstdint>

namespace cnnbench {

struct ConvPoolShape {
  static constexpr int kernel = 3, channels = 3, taps = kernel * kernel * channels, block = 16;
  std::int64_t height = 0, width = 0, filters = 0;  // in; filters: a multiple of `block`
  std::int64_t out_height() const { return (height - kernel + 1) / 2; }
  std::int64_t out_width() const { return (width - kernel + 1) / 2; }
};

// x: pictures [height, width, 3] float32; weights: [taps, filters], tap = (row * 3 + column) * 3 + channel; bias: [filters].
// y: [out_height, out_width, filters]; winner: which of its four places each output is (row * 2 + column), no_winner (pool_rows.hpp)
// where ReLU let nothing through. NaNs win. `pictures` of each, one after the other.
void conv_pool(const float* x, const float* weights, const float* bias, float* y, std::uint8_t* winner, std::int64_t pictures,
               const ConvPoolShape&);

// Gradients of one picture: d_weights [taps, filters], then d_bias [filters], written whole.
void conv_pool_backward(const float* x, const float* g, const std::uint8_t* winner, float* d_weights_and_bias, const ConvPoolShape&);

}  // namespace cnnbench
