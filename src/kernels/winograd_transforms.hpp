// The six-point transforms of winograd_rows.hpp in one dimension, and their adjoints (transposed matrices), on vectors of channels.
// Interpolation points 0, 1, -1, 2, -2 and infinity; Lavin and Gray (2016), whose matrices are named in the comments.
#pragma once

#include "kernels/lanes.hpp"

namespace cnnbench::winograd {

using lanes::Floats;
inline constexpr int side = 6;

// Each is a type with `in` and `out`, how many vectors it takes and gives.

// B^T: six places in, six values at the points out.
struct Input {
  static constexpr int in = side, out = side;
  static CNNBENCH_INLINE void apply(const Floats (&d)[side], Floats (&t)[side]) {
    const Floats even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
    t[0] = 4 * d[0] - 5 * d[2] + d[4];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = even2 + odd2;
    t[4] = even2 - odd2;
    t[5] = 4 * d[1] - 5 * d[3] + d[5];
  }
};

// B.
struct InputAdjoint {
  static constexpr int in = side, out = side;
  static CNNBENCH_INLINE void apply(const Floats (&t)[side], Floats (&d)[side]) {
    const Floats sum = t[1] + t[2], difference = t[1] - t[2], sum2 = t[3] + t[4], difference2 = t[3] - t[4];
    d[0] = 4 * t[0];
    d[1] = 4 * t[5] - 4 * difference - 2 * difference2;
    d[2] = -5 * t[0] - 4 * sum - sum2;
    d[3] = difference + 2 * difference2 - 5 * t[5];
    d[4] = t[0] + sum + sum2;
    d[5] = t[5];
  }
};

// A^T: six values at the points in, `tile` places out: four for a kernel of 3, two for one of 5.
template <int tile>
struct Output {
  static constexpr int in = side, out = tile;
  static CNNBENCH_INLINE void apply(const Floats (&t)[side], Floats (&y)[4]) {
    const Floats sum = t[1] + t[2], difference = t[1] - t[2], sum2 = t[3] + t[4], difference2 = t[3] - t[4];
    y[0] = t[0] + sum + sum2;
    y[1] = difference + 2 * difference2;
    y[2] = sum + 4 * sum2;
    y[3] = difference + 8 * difference2 + t[5];
  }
  static CNNBENCH_INLINE void apply(const Floats (&t)[side], Floats (&y)[2]) {
    y[0] = t[0] + (t[1] + t[2]) + (t[3] + t[4]);
    y[1] = (t[1] - t[2]) + 2 * (t[3] - t[4]) + t[5];
  }
};

// A.
template <int tile>
struct OutputAdjoint {
  static constexpr int in = tile, out = side;
  static CNNBENCH_INLINE void apply(const Floats (&y)[4], Floats (&t)[side]) {
    const Floats even = y[0] + y[2], odd = y[1] + y[3], even2 = y[0] + 4 * y[2], odd2 = 2 * y[1] + 8 * y[3];
    t[0] = y[0];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = even2 + odd2;
    t[4] = even2 - odd2;
    t[5] = y[3];
  }
  static CNNBENCH_INLINE void apply(const Floats (&y)[2], Floats (&t)[side]) {
    t[0] = y[0];
    t[1] = y[0] + y[1];
    t[2] = y[0] - y[1];
    t[3] = y[0] + 2 * y[1];
    t[4] = y[0] - 2 * y[1];
    t[5] = y[1];
  }
};

// G: three or five taps in, six values at the points out, divided so that A^T (G g * B^T d) is the convolution.
template <int kernel>
struct Points {
  float row[side][kernel];
};
template <int kernel>
constexpr Points<kernel> weight_points() {
  constexpr float point[side - 1] = {0, 1, -1, 2, -2}, factor[side - 1] = {1.0F / 4, -1.0F / 6, -1.0F / 6, 1.0F / 24, 1.0F / 24};
  Points<kernel> p{};
  for (int i = 0; i < side - 1; ++i) {
    float power = factor[i];
    for (int k = 0; k < kernel; ++k, power *= point[i]) p.row[i][k] = power;
  }
  p.row[side - 1][kernel - 1] = 1;
  return p;
}

template <int kernel>
struct Weights {
  static constexpr int in = kernel, out = side;
  static CNNBENCH_INLINE void apply(const Floats (&g)[kernel], Floats (&t)[side]) {
    constexpr Points<kernel> p = weight_points<kernel>();
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) {
      t[i] = p.row[i][0] * g[0];
#pragma GCC unroll 4
      for (int k = 1; k < kernel; ++k) t[i] += p.row[i][k] * g[k];
    }
  }
};

// G^T.
template <int kernel>
struct WeightsAdjoint {
  static constexpr int in = side, out = kernel;
  static CNNBENCH_INLINE void apply(const Floats (&t)[side], Floats (&g)[kernel]) {
    constexpr Points<kernel> p = weight_points<kernel>();
#pragma GCC unroll 5
    for (int k = 0; k < kernel; ++k) {
      g[k] = p.row[0][k] * t[0];
#pragma GCC unroll 5
      for (int i = 1; i < side; ++i) g[k] += p.row[i][k] * t[i];
    }
  }
};

// In two dimensions: T d T^t, along columns and then along rows. `load(vector, row, column)` gives what goes in, `save(vector, row,
// column)` takes what comes out.
template <class T, class Load, class Save>
CNNBENCH_INLINE void both_ways(const Load& load, const Save& save) {
  Floats half[T::out][T::in];
#pragma GCC unroll 6
  for (int j = 0; j < T::in; ++j) {
    Floats column[T::in], t[T::out];
#pragma GCC unroll 6
    for (int i = 0; i < T::in; ++i) load(column[i], i, j);
    T::apply(column, t);
#pragma GCC unroll 6
    for (int i = 0; i < T::out; ++i) half[i][j] = t[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < T::out; ++i) {
    Floats t[T::out];
    T::apply(half[i], t);
#pragma GCC unroll 6
    for (int j = 0; j < T::out; ++j) save(t[j], i, j);
  }
}

}  // namespace cnnbench::winograd
