// A convolution of pictures of three channels for a few places and filters at a time, their sums in registers: what conv_pool's
// loops begin with.
#pragma once

#include "kernels/lanes.hpp"

namespace cnnbench {

// sum[g][row * columns + column]: filters 16 * g to 16 * g + 15 at `rows` by `columns` places next to each other, bias included.
// in: the first place's first input; stride: a row's numbers; weights: [kernel, kernel, 3, filters] from the first filter on.
// Every weight and every input is loaded once. It goes down the kernel's columns, not unrolled: else g++ loads ahead, or keeps
// inputs for the places that follow, and the registers are the sums'.
template <int kernel, int rows, int columns, int groups>
CNNBENCH_INLINE void convolve_picture(lanes::Floats (&sum)[groups][rows * columns], const float* in, std::int64_t stride,
                                      const float* weights, const float* bias, std::int64_t filters) {
  constexpr int channels = 3, row_taps = kernel * channels;
#pragma GCC unroll 2
  for (int g = 0; g < groups; ++g)
#pragma GCC unroll 12
    for (int p = 0; p < rows * columns; ++p) load_vector(sum[g][p], bias + g * lanes::count);
#pragma GCC unroll 1
  for (int t = 0; t < row_taps; ++t) {
    const float *from = in + t, *w = weights + t * filters;
#pragma GCC unroll 1
    for (int r = 0; r < kernel; ++r, from += stride, w += row_taps * filters) {
      lanes::Floats weight[groups];
#pragma GCC unroll 2
      for (int g = 0; g < groups; ++g) load_vector(weight[g], w + g * lanes::count);
#pragma GCC unroll 2
      for (int row = 0; row < rows; ++row)
#pragma GCC unroll 12
        for (int column = 0; column < columns; ++column)
#pragma GCC unroll 2
          for (int g = 0; g < groups; ++g) sum[g][row * columns + column] += weight[g] * from[row * stride + column * channels];
    }
  }
}

}  // namespace cnnbench
