#include <algorithm>
#include <array>

#include "kernels/pool_lanes.hpp"
#include "kernels/pool_rows.hpp"

namespace cnnbench {
namespace {

using namespace pooling;

typedef float Floats __attribute__((vector_size(64)));
typedef std::uint32_t Words __attribute__((vector_size(64)));

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
        by_lanes<T>(
            s.channels, [&](std::int64_t c, std::int64_t n) __attribute__((always_inline)) { gather(job, windows, c, n, dx); });
      }
    }
  }
};

}  // namespace

void pool_rows_backward(const float* g, const std::uint8_t* winner, float* dx, std::int64_t first, std::int64_t rows,
                        const PoolShape& s) {
  run_vectorized<BackwardBody>(Backward<float>{g, winner, dx, first, rows, s});
}
void pool_rows_backward(const Bfloat16* g, const std::uint8_t* winner, Bfloat16* dx, std::int64_t first, std::int64_t rows,
                        const PoolShape& s) {
  run_vectorized<BackwardBody>(Backward<Bfloat16>{g, winner, dx, first, rows, s});
}

}  // namespace cnnbench
