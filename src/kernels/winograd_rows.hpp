// Convolution by Winograd's minimal filtering, forward and backward, alone or with what follows it: ReLU, or 2x2 max pooling and
// ReLU. The loops behind winograd.hpp on the CPU; no torch. The picture is cut into tiles of 6x6 that overlap by kernel - 1; each
// gives 4x4 outputs of a 3x3 kernel with 36 multiplications instead of 144, or 2x2 of a 5x5 kernel with 36 instead of 100, as 36
// products of matrices [tiles, channels] x [channels, filters].
//
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016), F(4x4, 3x3), interpolating at 0, 1, -1, 2, -2
// and infinity; F(2x2, 5x5) has the same points, so the same input transform. The gradients are the exact adjoints of the forward's
// three linear maps. Sums round differently from a direct convolution's: relative errors of some 1e-6 against 3e-7
// (tests/kernels/winograd_test.cpp bounds them).
#pragma once

#include <cstdint>

#include "kernels/slices.hpp"

namespace cnnbench {

enum class After { nothing, relu, pool_relu };

struct WinogradShape {
  static constexpr int block = 16, side = 6, planes = side * side;
  static constexpr std::int64_t together = 24;  // tiles that are transformed and multiplied at a time
  std::int64_t height = 0, width = 0, channels = 0, filters = 0;  // in; channels and filters: multiples of `block`
  int kernel = 3, pad_top = 0, pad_left = 0;                      // 3 or 5; what is outside the picture is 0
  std::int64_t conv_height = 0, conv_width = 0;                   // out of the convolution; the padding at the end follows from it
  After after = After::nothing;

  int tile() const { return side - kernel + 1; }
  int pool() const { return after == After::pool_relu ? 2 : 1; }
  std::int64_t out_height() const { return conv_height / pool(); }
  std::int64_t out_width() const { return conv_width / pool(); }
  // Only what pooling looks at is computed.
  std::int64_t tiles_down() const { return (out_height() * pool() + tile() - 1) / tile(); }
  std::int64_t tiles_across() const { return (out_width() * pool() + tile() - 1) / tile(); }
  std::int64_t tiles() const { return tiles_down() * tiles_across(); }
};

// taps: [kernel * kernel, numbers], numbers a multiple of `block`, of which these are done; to: [planes, numbers].
void winograd_weights(const float* taps, std::int64_t numbers, Slice these, int kernel, float* to);
// The adjoint, from gradients of the planes, [parts, planes, numbers], added in order, to one of the taps.
void winograd_weights_backward(const float* planes, std::int64_t parts, std::int64_t numbers, Slice these, int kernel, float* d_taps);

// x: [height, width, channels] a picture; weights: [planes, channels, filters] of winograd_weights; bias: [filters].
// y: [out_height, out_width, filters] a picture; winner: as y, with After::pool_relu (pool_rows.hpp; place = row * 2 + column),
// else unused. Tiles are counted over the whole batch: each is computed by itself, the same whichever call it belongs to.
struct WinogradForward {
  const float *x = nullptr, *weights = nullptr, *bias = nullptr;
  float* y = nullptr;
  std::uint8_t* winner = nullptr;
  Slice tiles{}, filters{};  // filters: whole blocks
};
void winograd_forward(const WinogradForward&, const WinogradShape&);

// Of whole pictures, gradients of all their places summed in order. Channels and filters are whole blocks; of the planes only those
// are written. What comes out does not depend on the slices.
struct WinogradGradients {
  const float* x = nullptr;
  const float* g = nullptr;              // of y
  const float* y = nullptr;              // After::relu: what forward gave, else unused
  const std::uint8_t* winner = nullptr;  // After::pool_relu: what forward gave, else unused
  const float* weights = nullptr;        // [planes, filters, channels]: transposed; unused without dx
  float* dx = nullptr;                   // as x, the slice's channels written whole; or nullptr. Needs all filters and planes
  float* d_planes = nullptr;             // [planes, channels, filters], the slices written whole; or nullptr
  float* d_bias = nullptr;               // [filters], likewise
  std::int64_t pictures = 0;
  Slice channels{}, filters{}, planes{};
};
void winograd_backward(const WinogradGradients&, const WinogradShape&);

}  // namespace cnnbench
