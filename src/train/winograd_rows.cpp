#include "train/winograd_rows.hpp"

#include <vector>

#include "train/matrix_blocks.hpp"
#include "train/winograd_tiles.hpp"

namespace cnnbench {
namespace {

using namespace winograd;
using Shape = WinogradShape;
constexpr int planes = Shape::planes;

// Tiles that are transformed and multiplied together: their planes stay in a core's second-level cache.
constexpr std::int64_t together = 2 * rows_together;

// Memory of the calling thread that grows and is kept: nothing is allocated per step. Zero at first, so that rows beside those in
// use hold finite numbers.
enum class Scratch { inputs, outputs, input_gradients, outside, trash };
float* scratch(Scratch which, std::int64_t floats) {
  constexpr std::size_t line = 16;  // floats: 64 bytes
  thread_local std::vector<float> memory[5];
  std::vector<float>& m = memory[static_cast<std::size_t>(which)];
  if (m.size() < static_cast<std::size_t>(floats) + line) m.assign(static_cast<std::size_t>(floats) + line, 0.0F);
  const auto address = reinterpret_cast<std::uintptr_t>(m.data());
  return m.data() + (line - address / sizeof(float) % line) % line;
}

// Between two planes of `together` tiles: a line more than they need, lest all 36 fall into the same few sets of the cache.
std::int64_t plane_of(std::int64_t channels) { return together * channels + 16; }

// ---- weights

// From [T::in * T::in, plane] to [T::out * T::out, plane].
struct Taps {
  const float* from;
  float* to;
  std::int64_t plane;  // rows * columns
};

template <class T>
struct TapsBody {
  struct Load {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(Floats& v, int i, int j) const { load_vector(v, job.from + (i * T::in + j) * job.plane + at); }
  };
  struct Save {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(const Floats& v, int i, int j) const {
      lanes::save(v, job.to + (i * T::out + j) * job.plane + at);
    }
  };
  static CNNBENCH_INLINE void run(const Taps& job) {
    for (std::int64_t at = 0; at < job.plane; at += lanes::count) both_ways<T>(Load{job, at}, Save{job, at});
  }
};

// ---- what both directions do with a block of tiles

CNNBENCH_INLINE void tiles_to_planes(const float* x, const float* outside, std::int64_t first, std::int64_t count, float* to,
                                     const Shape& s) {
  const std::int64_t plane = plane_of(s.channels);
  const Extent in{s.height, s.width, s.channels};
  for (std::int64_t t = 0; t < count; ++t) {
    const Place place = place_of(first + t, s);
    Window<const float, side> window;
    window_of(window, x + place.picture * in.height * in.width * in.channels, outside, place.top - s.pad_top,
              place.left - s.pad_left, in);
    for (std::int64_t c = 0; c < s.channels; c += lanes::count)
      both_ways<Input>(LoadWindow{window, c}, SavePlanes{{to + t * s.channels + c, plane}});
  }
}

// Each plane of `a` [count, depth] times its own matrix [depth, columns].
template <class Registers>
CNNBENCH_INLINE void multiply_planes(const float* a, const float* matrices, float* c, std::int64_t count, std::int64_t depth,
                                     std::int64_t columns) {
  for (int p = 0; p < planes; ++p)
    multiply<Registers>({.a = a + p * plane_of(depth),
                         .a_stride = depth,
                         .b = matrices + p * depth * columns,
                         .b_stride = columns,
                         .c = c + p * plane_of(columns),
                         .c_stride = columns,
                         .rows = count,
                         .columns = columns,
                         .depth = depth});
}

// ---- forward

struct Forward {
  const float *x, *weights, *bias;
  float* y;
  std::uint8_t* winner;
  std::int64_t first, tiles;
  const Shape& shape;
  const float* outside;  // zeros, what lies beyond the picture
  float* trash;          // where outputs beyond the picture go
  float *in, *out;       // scratch: planes of the tiles' inputs, and of their outputs
};

// Where a tile's outputs lie, pooled or not; those that fall outside of the picture are written elsewhere.
template <class T, int tile>
CNNBENCH_INLINE void outputs_of(Window<T, tile>& window, T* y, T* outside, const Place& place, const Shape& s) {
  const std::int64_t pool = s.pool();
  const Extent out{s.out_height(), s.out_width(), s.filters};
  window_of(window, y + place.picture * out.height * out.width * out.channels, outside, place.top / pool, place.left / pool, out);
}

template <int tile>
CNNBENCH_INLINE void tile_to_outputs(const Forward& job, std::int64_t number, std::int64_t t) {
  const Shape& s = job.shape;
  const Place place = place_of(number, s);
  Window<float, tile> y;
  Window<std::uint8_t, tile> winner;
  outputs_of(y, job.y, job.trash, place, s);
  if (s.after == After::pool_relu) outputs_of(winner, job.winner, reinterpret_cast<std::uint8_t*>(job.trash), place, s);
  for (std::int64_t f = 0; f < s.filters; f += lanes::count) {
    Floats value[tile][tile], bias;
    both_ways<Output<tile>>(LoadPlanes{{job.out + t * s.filters + f, plane_of(s.filters)}}, SaveSquare<tile>{value});
    load_vector(bias, job.bias + f);
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) value[i][j] += bias;
    if (s.after == After::pool_relu) {
#pragma GCC unroll 2
      for (int i = 0; i < tile / 2; ++i)
#pragma GCC unroll 2
        for (int j = 0; j < tile / 2; ++j) {
          const Floats four[4] = {value[2 * i][2 * j], value[2 * i][2 * j + 1], value[2 * i + 1][2 * j],
                                  value[2 * i + 1][2 * j + 1]};
          lanes::pool_and_save(four, y.at[i][j] + f, winner.at[i][j] + f);
        }
      continue;
    }
    if (s.after == After::relu) {
#pragma GCC unroll 4
      for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < tile; ++j) lanes::rectify(value[i][j]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) lanes::save(value[i][j], y.at[i][j] + f);
  }
}

template <class Registers, int tile>
struct ForwardBody {
  static CNNBENCH_INLINE void run(const Forward& job) {
    const Shape& s = job.shape;
    for (std::int64_t done = 0; done < job.tiles; done += together) {
      const std::int64_t first = job.first + done, count = std::min(together, job.tiles - done);
      tiles_to_planes(job.x, job.outside, first, count, job.in, s);
      multiply_planes<Registers>(job.in, job.weights, job.out, count, s.channels, s.filters);
      for (std::int64_t t = 0; t < count; ++t) tile_to_outputs<tile>(job, first + t, t);
    }
  }
};

// ---- backward

struct Backward {
  const WinogradGradients& with;
  std::int64_t tiles;
  const Shape& shape;
  const float* outside;
  float* trash;             // where what falls outside of the picture is added, `channels` floats
  float *in, *grad, *d_in;  // scratch: planes of the tiles' inputs, of the outputs' gradients, of the inputs' gradients
};

// The gradient of a tile's outputs, taken back through what came after the convolution.
template <int tile>
CNNBENCH_INLINE void gradients_of_tile(const Backward& job, std::int64_t number, std::int64_t t) {
  const Shape& s = job.shape;
  const Place place = place_of(number, s);
  Window<const float, tile> gradient, y;
  Window<const std::uint8_t, tile> winner;
  outputs_of(gradient, job.with.g, job.outside, place, s);
  if (s.after == After::relu) outputs_of(y, job.with.y, job.outside, place, s);
  if (s.after == After::pool_relu)
    outputs_of(winner, job.with.winner, reinterpret_cast<const std::uint8_t*>(job.outside), place, s);
  for (std::int64_t f = 0; f < s.filters; f += lanes::count) {
    Ints bits[tile][tile];
    if (s.after == After::pool_relu) {
#pragma GCC unroll 2
      for (int i = 0; i < tile / 2; ++i)
#pragma GCC unroll 2
        for (int j = 0; j < tile / 2; ++j) {
          Ints value, from;
          load_vector(value, gradient.at[i][j] + f);
          lanes::load_places(from, winner.at[i][j] + f);
#pragma GCC unroll 4
          for (int k = 0; k < 4; ++k) bits[2 * i + k / 2][2 * j + k % 2] = value & (from == k);
        }
    } else {
#pragma GCC unroll 4
      for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < tile; ++j) load_vector(bits[i][j], gradient.at[i][j] + f);
      if (s.after == After::relu) {
#pragma GCC unroll 4
        for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
          for (int j = 0; j < tile; ++j) {
            Ints rectified;  // 0, positive or NaN
            load_vector(rectified, y.at[i][j] + f);
            bits[i][j] &= rectified != 0;
          }
      }
    }
    Floats g[tile][tile], sum;
    recast(g, bits);
    load_vector(sum, job.with.d_bias + f);
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) sum += g[i][j];
    lanes::save(sum, job.with.d_bias + f);
    both_ways<OutputAdjoint<tile>>(LoadSquare<tile>{g}, SavePlanes{{job.grad + t * s.filters + f, plane_of(s.filters)}});
  }
}

template <class Registers, int tile>
struct BackwardBody {
  static CNNBENCH_INLINE void input_gradients(const Backward& job, std::int64_t first, std::int64_t count) {
    const Shape& s = job.shape;
    const Extent in{s.height, s.width, s.channels};
    for (std::int64_t t = 0; t < count; ++t) {
      const Place place = place_of(first + t, s);
      Window<float, side> window;
      window_of(window, job.with.dx + place.picture * in.height * in.width * in.channels, job.trash, place.top - s.pad_top,
                place.left - s.pad_left, in);
      for (std::int64_t c = 0; c < s.channels; c += lanes::count)
        both_ways<InputAdjoint>(LoadPlanes{{job.d_in + t * s.channels + c, plane_of(s.channels)}}, AddToWindow{window, c});
    }
  }
  static CNNBENCH_INLINE void run(const Backward& job) {
    const Shape& s = job.shape;
    for (std::int64_t first = 0; first < job.tiles; first += together) {
      const std::int64_t count = std::min(together, job.tiles - first);
      tiles_to_planes(job.with.x, job.outside, first, count, job.in, s);
      for (std::int64_t t = 0; t < count; ++t) gradients_of_tile<tile>(job, first + t, t);
      for (int p = 0; p < planes; ++p)
        multiply_transposed_onto<Registers>({.a = job.in + p * plane_of(s.channels),
                                             .a_stride = s.channels,
                                             .b = job.grad + p * plane_of(s.filters),
                                             .b_stride = s.filters,
                                             .c = job.with.d_planes + p * s.channels * s.filters,
                                             .c_stride = s.filters,
                                             .rows = s.channels,
                                             .columns = s.filters,
                                             .depth = count});
      if (job.with.dx == nullptr) continue;
      multiply_planes<Registers>(job.grad, job.with.weights, job.d_in, count, s.filters, s.channels);
      input_gradients(job, first, count);
    }
  }
};

}  // namespace

bool has_winograd_loops() { return has_avx2(); }

void winograd_weights(const float* taps, std::int64_t rows, std::int64_t columns, int kernel, float* to) {
  if (kernel == 3)
    run_vectorized<TapsBody<Weights<3>>>(Taps{taps, to, rows * columns});
  else
    run_vectorized<TapsBody<Weights<5>>>(Taps{taps, to, rows * columns});
}

void winograd_weights_backward(const float* from, std::int64_t rows, std::int64_t columns, int kernel, float* d_taps) {
  if (kernel == 3)
    run_vectorized<TapsBody<WeightsAdjoint<3>>>(Taps{from, d_taps, rows * columns});
  else
    run_vectorized<TapsBody<WeightsAdjoint<5>>>(Taps{from, d_taps, rows * columns});
}

void winograd_forward(const float* x, const float* weights, const float* bias, float* y, std::uint8_t* winner,
                      std::int64_t first_tile, std::int64_t tiles, const WinogradShape& s) {
  const std::int64_t most = std::max(s.channels, s.filters);
  const Forward job{x,
                    weights,
                    bias,
                    y,
                    winner,
                    first_tile,
                    tiles,
                    s,
                    scratch(Scratch::outside, most),
                    scratch(Scratch::trash, most),
                    scratch(Scratch::inputs, planes * plane_of(s.channels)),
                    scratch(Scratch::outputs, planes * plane_of(s.filters))};
  if (s.kernel == 3)
    run_vectorized<ForwardBody<NarrowRegisters, 4>, ForwardBody<WideRegisters, 4>>(job);
  else
    run_vectorized<ForwardBody<NarrowRegisters, 2>, ForwardBody<WideRegisters, 2>>(job);
}

void winograd_backward(const WinogradGradients& with, std::int64_t pictures, const WinogradShape& s) {
  std::fill_n(with.d_planes, planes * s.channels * s.filters, 0.0F);
  std::fill_n(with.d_bias, s.filters, 0.0F);
  if (with.dx != nullptr) std::fill_n(with.dx, pictures * s.height * s.width * s.channels, 0.0F);
  const std::int64_t most = std::max(s.channels, s.filters);
  const Backward job{with,
                     pictures * s.tiles(),
                     s,
                     scratch(Scratch::outside, most),
                     scratch(Scratch::trash, most),
                     scratch(Scratch::inputs, planes * plane_of(s.channels)),
                     scratch(Scratch::outputs, planes * plane_of(s.filters)),
                     scratch(Scratch::input_gradients, planes * plane_of(s.channels))};
  if (s.kernel == 3)
    run_vectorized<BackwardBody<NarrowRegisters, 4>, BackwardBody<WideRegisters, 4>>(job);
  else
    run_vectorized<BackwardBody<NarrowRegisters, 2>, BackwardBody<WideRegisters, 2>>(job);
}

}  // namespace cnnbench
