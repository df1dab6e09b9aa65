// Max pooling of pictures in channels_last memory, alone or with the ReLU that follows it, forward and backward. The loops behind
// pool.hpp on the CPU; no torch. libtorch's own keeps 64-bit indices, clears the gradient first and leaves ReLU two more passes.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.hpp"

namespace cnnbench {

// Windows begin at multiples of `stride`; what they cover beyond the picture counts for nothing.
struct PoolShape {
  std::int64_t height = 0, width = 0, channels = 0;  // in
  std::int64_t out_height = 0, out_width = 0;
  int size = 2, stride = 2;  // size at most 15
  bool relu = false;
};

// Rows are counted over all pictures of the batch. `winner`: which element of its window each output is (row * size + column),
// no_winner where ReLU let nothing through. Ties: the first, NaN: always, as torch.
inline constexpr std::uint8_t no_winner = 255;
void pool_rows(const float* x, float* y, std::uint8_t* winner, std::int64_t first_out_row, std::int64_t out_rows, const PoolShape&);
void pool_rows(const Bfloat16* x, Bfloat16* y, std::uint8_t* winner, std::int64_t first_out_row, std::int64_t out_rows, const PoolShape&);

// dx is written whole: every element sums what its windows send back.
void pool_rows_backward(const float* g, const std::uint8_t* winner, float* dx, std::int64_t first_in_row, std::int64_t in_rows,
                        const PoolShape&);
void pool_rows_backward(const Bfloat16* g, const std::uint8_t* winner, Bfloat16* dx, std::int64_t first_in_row, std::int64_t in_rows,
                        const PoolShape&);

}  // namespace cnnbench
