// Small matrix products whose sums stay in registers: c (+)= a b, row-major float32, columns a multiple of 16. Written for the
// matrices of winograd_rows.hpp, some tens to hundreds of rows and columns that lie in the caches; nothing is repacked.
#pragma once

#include "kernels/lanes.hpp"

namespace cnnbench {

// How many sums the registers hold: AVX-512 has 32 of a block of 16 each, AVX2 the same number of bytes as eight.
struct WideRegisters {
  static constexpr int rows_of_4 = 6, rows_of_2 = 12, rows_of_1 = 12;  // rows beside 4, 2 or 1 blocks of columns
  static constexpr int most_blocks = 4;
};
struct NarrowRegisters {
  static constexpr int rows_of_1 = 6;
  static constexpr int most_blocks = 1;
};

// An operand read as [rows, depth]: from itself, or from its transposed.
enum class Operand { as_is, transposed };
enum class Sum { fresh, onto };

template <int rows, int blocks, Operand operand, Sum sum_kind>
CNNBENCH_INLINE void block_of_product(const float* a, std::int64_t a_stride, const float* b, std::int64_t b_stride, float* c,
                                      std::int64_t c_stride, std::int64_t depth) {
  using lanes::Floats;
  Floats sum[rows][blocks];
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int j = 0; j < blocks; ++j)
      if constexpr (sum_kind == Sum::onto)
        load_vector(sum[r][j], c + r * c_stride + j * lanes::count);
      else
        sum[r][j] = Floats{};
  for (std::int64_t k = 0; k < depth; ++k) {
    Floats column[blocks];
#pragma GCC unroll 4
    for (int j = 0; j < blocks; ++j) load_vector(column[j], b + k * b_stride + j * lanes::count);
#pragma GCC unroll 12
    for (int r = 0; r < rows; ++r) {
      const float factor = operand == Operand::as_is ? a[r * a_stride + k] : a[k * a_stride + r];
#pragma GCC unroll 4
      for (int j = 0; j < blocks; ++j) sum[r][j] += factor * column[j];
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int j = 0; j < blocks; ++j) lanes::save(sum[r][j], c + r * c_stride + j * lanes::count);
}

struct Product {
  const float* a;
  std::int64_t a_stride;
  const float* b;
  std::int64_t b_stride;
  float* c;
  std::int64_t c_stride, rows, columns, depth;
};

template <int rows, int blocks, Operand operand, Sum sum_kind>
CNNBENCH_INLINE void blocks_of_product(const Product& p, std::int64_t column) {
  for (std::int64_t r = 0; r < p.rows; r += rows)
    block_of_product<rows, blocks, operand, sum_kind>(p.a + (operand == Operand::as_is ? r * p.a_stride : r), p.a_stride,
                                                      p.b + column, p.b_stride, p.c + r * p.c_stride + column, p.c_stride, p.depth);
}

// c = a b. Rows of a and c up to the next multiple of `rows_together` are read and written: the caller's memory has them.
inline constexpr int rows_together = 12;
template <class Registers>
CNNBENCH_INLINE void multiply(const Product& p) {
  std::int64_t column = 0;
  if constexpr (Registers::most_blocks >= 4)
    for (; column + 64 <= p.columns; column += 64)
      blocks_of_product<Registers::rows_of_4, 4, Operand::as_is, Sum::fresh>(p, column);
  if constexpr (Registers::most_blocks >= 2)
    for (; column + 32 <= p.columns; column += 32)
      blocks_of_product<Registers::rows_of_2, 2, Operand::as_is, Sum::fresh>(p, column);
  for (; column < p.columns; column += 16) blocks_of_product<Registers::rows_of_1, 1, Operand::as_is, Sum::fresh>(p, column);
}

// c = a^T b, or c += a^T b. Rows (of c, columns of a) are a multiple of 16.
template <class Registers, Sum sum>
CNNBENCH_INLINE void multiply_transposed(const Product& p) {
  std::int64_t column = 0;
  if constexpr (Registers::most_blocks >= 4)
    for (; column + 64 <= p.columns; column += 64) blocks_of_product<4, 4, Operand::transposed, sum>(p, column);
  if constexpr (Registers::most_blocks >= 2)
    for (; column + 32 <= p.columns; column += 32) blocks_of_product<8, 2, Operand::transposed, sum>(p, column);
  for (; column < p.columns; column += 16) blocks_of_product<4, 1, Operand::transposed, sum>(p, column);
}

}  // namespace cnnbench
