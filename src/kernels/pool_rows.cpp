#include "kernels/pool_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "kernels/pool_lanes.hpp"

namespace cnnbench {
namespace {

using namespace pooling;

// Whole numbers that order as the values do: floats are compared as integers of their own width, twice as many at once in
// bfloat16. NaNs, whichever sign, are the largest. With ReLU negative ones lose to 0, so their order is of no account.
template <bool relu, typename T>
CNNBENCH_INLINE void to_keys(typename Lanes<T>::Bits& v) {
  using L = Lanes<T>;
  using Bit = typename L::Bit;
  constexpr Bit magnitude = std::numeric_limits<Bit>::max();
  constexpr Bit infinity = sizeof(T) == 4 ? static_cast<Bit>(0x7f800000) : static_cast<Bit>(0x7f80);
  const typename L::Bits unsigned_v = v & magnitude;
  const typename L::Bits nan = unsigned_v > infinity;
  if constexpr (!relu) v ^= (v >> (8 * sizeof(Bit) - 1)) & magnitude;
  v = (v & ~nan) | (unsigned_v & nan);
}

template <bool relu, typename T>
CNNBENCH_INLINE void from_keys(typename Lanes<T>::Bits& v) {
  using Bit = typename Lanes<T>::Bit;
  if constexpr (!relu) v ^= (v >> (8 * sizeof(Bit) - 1)) & std::numeric_limits<Bit>::max();
}

// The elements of one window.
template <typename T>
struct Taps {
  std::array<const T*, max_taps> x;
  std::array<std::uint8_t, max_taps> positions;
  std::size_t count = 0;
};

template <bool relu, typename T>
CNNBENCH_INLINE void pool_channels(const Taps<T>& taps, std::int64_t first, std::int64_t n, T* y, std::uint8_t* winner) {
  using L = Lanes<T>;
  using Bit = typename L::Bit;
  typename L::Bits best{}, place = typename L::Bits{} + Bit{no_winner};
  std::size_t k = 0;
  if constexpr (!relu) {
    load(best, taps.x[0] + first, n);
    to_keys<relu, T>(best);
    place = typename L::Bits{} + Bit{taps.positions[0]};
    k = 1;
  }
  for (; k < taps.count; ++k) {
    typename L::Bits key;
    load(key, taps.x[k] + first, n);
    to_keys<relu, T>(key);
    const typename L::Bits wins = key > best;
    place = (place & ~wins) | (Bit{taps.positions[k]} & wins);
    best = (best & ~wins) | (key & wins);
  }
  from_keys<relu, T>(best);
  save(best, y + first, n * static_cast<std::int64_t>(sizeof(T)));
  save(__builtin_convertvector(place, typename L::Bytes), winner + first, n);
}

template <typename T>
struct Forward {
  const T* x;
  T* y;
  std::uint8_t* winner;
  std::int64_t first_row, rows;
  PoolShape shape;
};

struct ForwardBody {
  template <bool relu, typename T>
  static CNNBENCH_INLINE void run_rows(const Forward<T>& job) {
    const PoolShape& s = job.shape;
    Taps<T> taps;
    for (std::int64_t row = job.first_row; row < job.first_row + job.rows; ++row) {
      const std::int64_t picture = row / s.out_height, top = row % s.out_height * s.stride;
      const std::int64_t rows_in = std::min<std::int64_t>(s.size, s.height - top);
      for (std::int64_t column = 0; column < s.out_width; ++column) {
        const std::int64_t left = column * s.stride, columns_in = std::min<std::int64_t>(s.size, s.width - left);
        taps.count = 0;
        for (std::int64_t h = 0; h < rows_in; ++h)
          for (std::int64_t w = 0; w < columns_in; ++w, ++taps.count) {
            taps.x[taps.count] = job.x + ((picture * s.height + top + h) * s.width + left + w) * s.channels;
            taps.positions[taps.count] = static_cast<std::uint8_t>(h * s.size + w);
          }
        const std::int64_t out = (row * s.out_width + column) * s.channels;
        by_lanes<T>(
            s.channels, [&](std::int64_t c, std::int64_t n)
                            __attribute__((always_inline)) { pool_channels<relu>(taps, c, n, job.y + out, job.winner + out); });
      }
    }
  }
  template <typename T>
  static CNNBENCH_INLINE void run(const Forward<T>& job) {
    job.shape.relu ? run_rows<true>(job) : run_rows<false>(job);
  }
};

}  // namespace

void pool_rows(const float* x, float* y, std::uint8_t* winner, std::int64_t first, std::int64_t rows, const PoolShape& s) {
  run_vectorized<ForwardBody>(Forward<float>{x, y, winner, first, rows, s});
}
void pool_rows(const Bfloat16* x, Bfloat16* y, std::uint8_t* winner, std::int64_t first, std::int64_t rows, const PoolShape& s) {
  run_vectorized<ForwardBody>(Forward<Bfloat16>{x, y, winner, first, rows, s});
}

}  // namespace cnnbench
