// Written with the compiler's vector types, which it turns into whatever registers the target has: as plain loops, most of
// these stayed scalar (g++ 12).
#include "kernels/pool_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/vector_code.hpp"

namespace cnnbench {
namespace {

// 64 bytes of channels. Bits: integers as wide as the values.
template <typename T>
struct Lanes {
  using Bit = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int16_t>;
  static constexpr std::int64_t count = 64 / sizeof(T);
  typedef Bit Bits __attribute__((vector_size(64)));
  typedef std::uint8_t Bytes __attribute__((vector_size(count)));
  typedef std::int16_t Halves __attribute__((vector_size(2 * count)));
};

typedef float Floats __attribute__((vector_size(64)));
typedef std::uint32_t Words __attribute__((vector_size(64)));

template <typename V, typename T>
CNNBENCH_INLINE void load(V& out, const T* from, std::int64_t n) {
  if (n == Lanes<T>::count) {
    load_vector(out, from);
    return;
  }
  out = V{};
  std::memcpy(&out, from, static_cast<std::size_t>(n) * sizeof(T));
}

// Winners: as many as the values of type T beside them.
template <typename T>
CNNBENCH_INLINE void load_winners(typename Lanes<T>::Bytes& out, const std::uint8_t* from, std::int64_t n) {
  if (n == Lanes<T>::count) {
    load_vector(out, from);
    return;
  }
  out = typename Lanes<T>::Bytes{};
  std::memcpy(&out, from, static_cast<std::size_t>(n));
}

template <typename V>
CNNBENCH_INLINE void save(const V& v, void* to, std::int64_t bytes) {
  if (bytes == static_cast<std::int64_t>(sizeof(V)))  // of a length that the compiler knows
    std::memcpy(to, &v, sizeof(V));
  else
    std::memcpy(to, &v, static_cast<std::size_t>(bytes));
}

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

constexpr std::size_t max_taps = 225;

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

// fn(first, count) for the channels of a pixel, whole vectors first.
template <typename T, typename Fn>
CNNBENCH_INLINE void by_lanes(std::int64_t channels, const Fn& fn) {
  constexpr std::int64_t whole = Lanes<T>::count;
  std::int64_t c = 0;
  for (; c + whole <= channels; c += whole) fn(c, whole);
  if (c < channels) fn(c, channels - c);
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
        by_lanes<T>(s.channels, [&](std::int64_t c, std::int64_t n) __attribute__((always_inline)) {
          pool_channels<relu>(taps, c, n, job.y + out, job.winner + out);
        });
      }
    }
  }
  template <typename T>
  static CNNBENCH_INLINE void run(const Forward<T>& job) {
    job.shape.relu ? run_rows<true>(job) : run_rows<false>(job);
  }
};

template <typename T>
struct Backward {
  const T* g;
  const std::uint8_t* winner;
  T* dx;
  std::int64_t first_row, rows;
  PoolShape shape;
};

// The windows that an element lies in: where their outputs are, and its place in each.
struct Windows {
  std::array<std::int64_t, max_taps> outputs;
  std::array<std::uint8_t, max_taps> positions;
  std::size_t count = 0;
};

// The gradients that go to this place of window k, zero elsewhere.
template <typename T>
CNNBENCH_INLINE void load_won(typename Lanes<T>::Bits& g, const Backward<T>& job, const Windows& windows, std::size_t k,
                              std::int64_t first, std::int64_t n) {
  using L = Lanes<T>;
  typename L::Bytes winner;
  load(g, job.g + windows.outputs[k] + first, n);
  load_winners<T>(winner, job.winner + windows.outputs[k] + first, n);
  // In two steps where T is float: the compiler has an instruction for each, none for both.
  const auto places = __builtin_convertvector(__builtin_convertvector(winner, typename L::Halves), typename L::Bits);
  g &= places == typename L::Bits{} + typename L::Bit{windows.positions[k]};
}

// Sums of gradients in float32.
template <typename T>
struct Sum;

template <>
struct Sum<float> {
  Floats all{};
  CNNBENCH_INLINE void add(const Lanes<float>::Bits& g) {
    Floats values;
    recast(values, g);
    all += values;
  }
  CNNBENCH_INLINE void save_to(float* to, std::int64_t n) const { save(all, to, 4 * n); }
};

// Even and odd channels apart: each is the upper half of a float32 then, and nothing moves between lanes.
template <>
struct Sum<Bfloat16> {
  static constexpr std::uint32_t upper = 0xffff0000U;
  Floats even{}, odd{};
  CNNBENCH_INLINE void add(const Lanes<Bfloat16>::Bits& g) {
    Words both;
    Floats values;
    recast(both, g);
    recast(values, both << 16);
    even += values;
    recast(values, both & upper);
    odd += values;
  }
  // To the nearest, ties to even, in the upper half; see bfloat16.hpp.
  static CNNBENCH_INLINE void round(Words& out, const Floats& sum) {
    Words bits, nan;
    recast(bits, sum);
    recast(nan, sum != sum);
    const Words rounded = bits + 0x7fffU + ((bits >> 16) & 1U), quiet = bits | 0x400000U;
    out = ((rounded & ~nan) | (quiet & nan)) & upper;
  }
  CNNBENCH_INLINE void save_to(Bfloat16* to, std::int64_t n) const {
    Words low, high;
    round(low, even);
    round(high, odd);
    save((low >> 16) | high, to, 2 * n);
  }
};

template <typename T>
CNNBENCH_INLINE void gather(const Backward<T>& job, const Windows& windows, std::int64_t first, std::int64_t n, T* dx) {
  typename Lanes<T>::Bits g{};
  if (windows.count <= 1) {  // nothing to add: the bits go through as they are
    if (windows.count == 1) load_won<T>(g, job, windows, 0, first, n);
    save(g, dx + first, n * static_cast<std::int64_t>(sizeof(T)));
    return;
  }
  Sum<T> sum;
  for (std::size_t k = 0; k < windows.count; ++k) {
    load_won<T>(g, job, windows, k, first, n);
    sum.add(g);
  }
  sum.save_to(dx + first, n);
}

struct BackwardBody {
  template <typename T>
  static CNNBENCH_INLINE void run(const Backward<T>& job) {
    const PoolShape& s = job.shape;
    // The first output whose window reaches input `i`.
    const auto first_of = [&s](std::int64_t i) { return std::max<std::int64_t>(0, (i - s.size + s.stride) / s.stride); };
    Windows windows;
    for (std::int64_t row = job.first_row; row < job.first_row + job.rows; ++row) {
      const std::int64_t picture = row / s.height, in_row = row % s.height;
      const std::int64_t last_h = std::min(in_row / s.stride, s.out_height - 1);
      for (std::int64_t column = 0; column < s.width; ++column) {
        const std::int64_t last_w = std::min(column / s.stride, s.out_width - 1);
        windows.count = 0;
        for (std::int64_t h = first_of(in_row); h <= last_h; ++h)
          for (std::int64_t w = first_of(column); w <= last_w; ++w, ++windows.count) {
            windows.outputs[windows.count] = ((picture * s.out_height + h) * s.out_width + w) * s.channels;
            windows.positions[windows.count] = static_cast<std::uint8_t>((in_row - h * s.stride) * s.size + column - w * s.stride);
          }
        T* const dx = job.dx + (row * s.width + column) * s.channels;
        by_lanes<T>(s.channels, [&](std::int64_t c, std::int64_t n)
                                    __attribute__((always_inline)) { gather(job, windows, c, n, dx); });
      }
    }
  }
};

}  // namespace

void pool_rows(const float* x, float* y, std::uint8_t* winner, std::int64_t first, std::int64_t rows, const PoolShape& s) {
  run_vectorized<ForwardBody>(Forward<float>{x, y, winner, first, rows, s});
}
void pool_rows(const Bfloat16* x, Bfloat16* y, std::uint8_t* winner, std::int64_t first, std::int64_t rows, const PoolShape& s) {
  run_vectorized<ForwardBody>(Forward<Bfloat16>{x, y, winner, first, rows, s});
}
void pool_rows_backward(const float* g, const std::uint8_t* winner, float* dx, std::int64_t first, std::int64_t rows,
                        const PoolShape& s) {
  run_vectorized<BackwardBody>(Backward<float>{g, winner, dx, first, rows, s});
}
void pool_rows_backward(const Bfloat16* g, const std::uint8_t* winner, Bfloat16* dx, std::int64_t first, std::int64_t rows,
                        const PoolShape& s) {
  run_vectorized<BackwardBody>(Backward<Bfloat16>{g, winner, dx, first, rows, s});
}

}  // namespace cnnbench
