#include "kernels/winograd_rows.hpp"

#include <vector>

#include "kernels/matrix_blocks.hpp"
#include "kernels/winograd_tiles.hpp"

namespace cnnbench {
namespace {

using namespace winograd;
using Shape = WinogradShape;
constexpr int planes = Shape::planes;

// Their planes stay in a core's second-level cache.
constexpr std::int64_t together = Shape::together;
static_assert(together % rows_together == 0);

// Memory of the calling thread that grows and is kept: nothing is allocated per step. Zero at first, so that rows beside those in
// use hold finite numbers.
enum class Scratch { inputs, outputs, input_gradients, beside, bias };
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

// From [T::in * T::in, plane], the sum of `parts` of them, to [T::out * T::out, plane].
struct Taps {
  const float* from;
  float* to;
  std::int64_t parts, plane;
  Slice these;
};

template <class T>
struct TapsBody {
  struct Load {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(Floats& v, int i, int j) const {
      const float* from = job.from + (i * T::in + j) * job.plane + at;
      load_vector(v, from);
      for (std::int64_t part = 1; part < job.parts; ++part) {
        Floats more;
        load_vector(more, from + part * T::in * T::in * job.plane);
        v += more;
      }
    }
  };
  struct Save {
    const Taps& job;
    std::int64_t at;
    CNNBENCH_INLINE void operator()(const Floats& v, int i, int j) const {
      lanes::save(v, job.to + (i * T::out + j) * job.plane + at);
    }
  };
  static CNNBENCH_INLINE void run(const Taps& job) {
    for (std::int64_t at = job.these.first; at < job.these.end(); at += lanes::count) both_ways<T>(Load{job, at}, Save{job, at});
  }
};

// ---- what both directions do with a block of tiles

template <class T>
CNNBENCH_INLINE Places<T> input_of(T* x, const Tile& tile, const Shape& s) {
  return {x + tile.picture * s.height * s.width * s.channels, s.height, s.width, s.channels};
}
template <class T>
CNNBENCH_INLINE Places<T> output_of(T* y, const Tile& tile, const Shape& s) {
  return {y + tile.picture * s.out_height() * s.out_width() * s.filters, s.out_height(), s.out_width(), s.filters};
}

// What of a tile lies beyond its picture (Square): its inputs, or its outputs and what goes with them.
std::int64_t beside_of(const Shape& s) { return planes * std::max(s.channels, s.filters); }
std::uint8_t* bytes_beside(float* beside, const Shape& s) { return reinterpret_cast<std::uint8_t*>(beside + beside_of(s)); }

CNNBENCH_INLINE void tiles_to_planes(const float* x, Slice channels, float* beside, std::int64_t first, std::int64_t count,
                                     float* to, const Shape& s) {
  const std::int64_t plane = plane_of(channels.count);
  for (std::int64_t t = 0; t < count; ++t) {
    const Tile tile = tile_of(first + t, s);
    const Square<const float, side> square(input_of(x, tile, s), tile.top - s.pad_top, tile.left - s.pad_left, channels, beside);
    const Places<const float> places = square.read();
    for (std::int64_t c = 0; c < channels.count; c += lanes::count)
      both_ways<Input>(LoadPlaces{places, channels.first + c}, SavePlanes{{to + t * channels.count + c, plane}});
  }
}

// Each plane of `a` [count, depth] times some columns of its own matrix [depth, all columns].
template <class Registers>
CNNBENCH_INLINE void multiply_planes(const float* a, const float* matrices, float* c, std::int64_t count, std::int64_t depth,
                                     Slice columns, std::int64_t all_columns) {
  for (int p = 0; p < planes; ++p)
    multiply<Registers>({.a = a + p * plane_of(depth),
                         .a_stride = depth,
                         .b = matrices + p * depth * all_columns + columns.first,
                         .b_stride = all_columns,
                         .c = c + p * plane_of(columns.count),
                         .c_stride = columns.count,
                         .rows = count,
                         .columns = columns.count,
                         .depth = depth});
}

// ---- forward

struct Forward {
  WinogradForward with;
  Shape shape;
  float* beside;    // scratch: beside_of
  float *in, *out;  // scratch: planes of the tiles' inputs, and of their outputs
};

// Sixteen filters of a tile's outputs, before what comes after the convolution.
template <int tile>
CNNBENCH_INLINE void convolved(Floats (&value)[tile][tile], const Forward& job, std::int64_t t, std::int64_t f) {
  const Slice filters = job.with.filters;
  Floats bias;
  both_ways<Output<tile>>(LoadPlanes{{job.out + t * filters.count + f - filters.first, plane_of(filters.count)}},
                          SaveVectors<tile>{value});
  load_vector(bias, job.with.bias + f);
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) value[i][j] += bias;
}

template <int tile>
CNNBENCH_INLINE void pooled_outputs(const Forward& job, const Tile& place, std::int64_t t) {
  constexpr int half = tile / 2;
  const Shape& s = job.shape;
  const Slice filters = job.with.filters;
  const Square<float, half> square(output_of(job.with.y, place, s), place.top / 2, place.left / 2, filters, job.beside);
  const Square<std::uint8_t, half> winners(output_of(job.with.winner, place, s), place.top / 2, place.left / 2, filters,
                                           bytes_beside(job.beside, s));
  const Places<float> y = square.write();
  const Places<std::uint8_t> winner = winners.write();
  for (std::int64_t f = filters.first; f < filters.end(); f += lanes::count) {
    Floats value[tile][tile];
    convolved(value, job, t, f);
#pragma GCC unroll 2
    for (int i = 0; i < half; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < half; ++j) {
        const Floats four[4] = {value[2 * i][2 * j], value[2 * i][2 * j + 1], value[2 * i + 1][2 * j], value[2 * i + 1][2 * j + 1]};
        lanes::pool_and_save(four, y.at(i, j) + f, winner.at(i, j) + f);
      }
  }
  square.written();
  winners.written();
}

template <int tile>
CNNBENCH_INLINE void whole_outputs(const Forward& job, const Tile& place, std::int64_t t) {
  const Shape& s = job.shape;
  const Slice filters = job.with.filters;
  const Square<float, tile> square(output_of(job.with.y, place, s), place.top, place.left, filters, job.beside);
  const Places<float> y = square.write();
  for (std::int64_t f = filters.first; f < filters.end(); f += lanes::count) {
    Floats value[tile][tile];
    convolved(value, job, t, f);
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) {
        if (s.after == After::relu) lanes::rectify(value[i][j]);
        lanes::save(value[i][j], y.at(i, j) + f);
      }
  }
  square.written();
}

template <class Registers, int tile>
struct ForwardBody {
  static CNNBENCH_INLINE void run(const Forward& given) {
    const Forward job = given;  // its own, which nothing that is written can change
    const Shape& s = job.shape;
    for (std::int64_t first = job.with.tiles.first; first < job.with.tiles.end(); first += together) {
      const std::int64_t count = std::min(together, job.with.tiles.end() - first);
      tiles_to_planes(job.with.x, {0, s.channels}, job.beside, first, count, job.in, s);
      multiply_planes<Registers>(job.in, job.with.weights, job.out, count, s.channels, job.with.filters, s.filters);
      for (std::int64_t t = 0; t < count; ++t) {
        const Tile place = tile_of(first + t, s);
        if (s.after == After::pool_relu)
          pooled_outputs<tile>(job, place, t);
        else
          whole_outputs<tile>(job, place, t);
      }
    }
  }
};

// ---- backward

struct Backward {
  WinogradGradients with;
  Shape shape;
  float* d_bias;            // with.d_bias; scratch where nobody wants it
  float* beside;            // scratch: beside_of
  float *in, *grad, *d_in;  // scratch: planes of the tiles' inputs, of the outputs' gradients, of the inputs' gradients
};

// Sixteen filters' gradients of the convolution's outputs: summed for the bias, and as planes.
template <int tile>
CNNBENCH_INLINE void save_gradients(const Ints (&bits)[tile][tile], const Backward& job, std::int64_t t, std::int64_t f) {
  const Slice filters = job.with.filters;
  const SavePlanes planes{{job.grad + t * filters.count + f - filters.first, plane_of(filters.count)}};
  Floats g[tile][tile], sum;
  recast(g, bits);
  load_vector(sum, job.d_bias + f);
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) sum += g[i][j];
  lanes::save(sum, job.d_bias + f);
  both_ways<OutputAdjoint<tile>>(LoadVectors<tile>{g}, planes);
}

// The gradient of a tile's outputs, taken back through what came after the convolution.
template <int tile>
CNNBENCH_INLINE void pooled_gradients(const Backward& job, const Tile& place, std::int64_t t) {
  constexpr int half = tile / 2;
  const Shape& s = job.shape;
  const Slice filters = job.with.filters;
  const Square<const float, half> square(output_of(job.with.g, place, s), place.top / 2, place.left / 2, filters, job.beside);
  const Square<const std::uint8_t, half> winners(output_of(job.with.winner, place, s), place.top / 2, place.left / 2, filters,
                                                 bytes_beside(job.beside, s));
  const Places<const float> gradient = square.read();
  const Places<const std::uint8_t> winner = winners.read();
  for (std::int64_t f = filters.first; f < filters.end(); f += lanes::count) {
    Ints bits[tile][tile];
#pragma GCC unroll 2
    for (int i = 0; i < half; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < half; ++j) {
        Ints value, from;
        load_vector(value, gradient.at(i, j) + f);
        lanes::load_places(from, winner.at(i, j) + f);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) bits[2 * i + k / 2][2 * j + k % 2] = value & (from == k);
      }
    save_gradients(bits, job, t, f);
  }
}

template <int tile>
CNNBENCH_INLINE void whole_gradients(const Backward& job, const Tile& place, std::int64_t t) {
  const Shape& s = job.shape;
  const Slice filters = job.with.filters;
  const Square<const float, tile> square(output_of(job.with.g, place, s), place.top, place.left, filters, job.beside);
  const Places<const float> gradient = square.read();
  // After a ReLU, what it gave: 0, positive or NaN.
  const bool relu = s.after == After::relu;
  const Square<const float, tile> outputs(output_of(relu ? job.with.y : job.with.g, place, s), place.top, place.left, filters,
                                          job.beside + beside_of(s));
  const Places<const float> y = relu ? outputs.read() : gradient;
  for (std::int64_t f = filters.first; f < filters.end(); f += lanes::count) {
    Ints bits[tile][tile];
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) {
        load_vector(bits[i][j], gradient.at(i, j) + f);
        if (!relu) continue;
        Ints rectified;
        load_vector(rectified, y.at(i, j) + f);
        bits[i][j] &= rectified != 0;
      }
    save_gradients(bits, job, t, f);
  }
}

CNNBENCH_INLINE void clear_channels(const Places<float>& picture, Slice channels) {
  if (channels.count == picture.channels) {
    std::fill_n(picture.first, picture.height * picture.width * channels.count, 0.0F);
    return;
  }
  for (std::int64_t place = 0; place < picture.height * picture.width; ++place)
    std::fill_n(picture.first + place * picture.channels + channels.first, channels.count, 0.0F);
}

template <class Registers, int tile>
struct BackwardBody {
  static CNNBENCH_INLINE void input_gradients(const Backward& job, std::int64_t first, std::int64_t count) {
    const Shape& s = job.shape;
    const Slice channels = job.with.channels;
    for (std::int64_t t = 0; t < count; ++t) {
      const Tile place = tile_of(first + t, s);
      const Places<float> dx = input_of(job.with.dx, place, s);
      // Its first tile is the first that adds to a picture.
      if (place.top == 0 && place.left == 0) clear_channels(dx, channels);
      const Square<float, side> square(dx, place.top - s.pad_top, place.left - s.pad_left, channels, job.beside);
      const Places<float> places = square.add();
      for (std::int64_t c = 0; c < channels.count; c += lanes::count)
        both_ways<InputAdjoint>(LoadPlanes{{job.d_in + t * channels.count + c, plane_of(channels.count)}},
                                AddToPlaces{places, channels.first + c});
      square.added();
    }
  }
  template <Sum sum>
  static CNNBENCH_INLINE void weight_gradients(const Backward& job, std::int64_t count) {
    const Shape& s = job.shape;
    const Slice channels = job.with.channels, filters = job.with.filters;
    for (std::int64_t p = job.with.planes.first; p < job.with.planes.end(); ++p)
      multiply_transposed<Registers, sum>({.a = job.in + p * plane_of(channels.count),
                                           .a_stride = channels.count,
                                           .b = job.grad + p * plane_of(filters.count),
                                           .b_stride = filters.count,
                                           .c = job.with.d_planes + (p * s.channels + channels.first) * s.filters + filters.first,
                                           .c_stride = s.filters,
                                           .rows = channels.count,
                                           .columns = filters.count,
                                           .depth = count});
  }
  static CNNBENCH_INLINE void run(const Backward& given) {
    const Backward job = given;
    const Shape& s = job.shape;
    for (std::int64_t first = 0, all = job.with.pictures * s.tiles(); first < all; first += together) {
      const std::int64_t count = std::min(together, all - first);
      if (job.with.d_planes != nullptr) tiles_to_planes(job.with.x, job.with.channels, job.beside, first, count, job.in, s);
      for (std::int64_t t = 0; t < count; ++t) {
        const Tile place = tile_of(first + t, s);
        if (s.after == After::pool_relu)
          pooled_gradients<tile>(job, place, t);
        else
          whole_gradients<tile>(job, place, t);
      }
      if (job.with.d_planes != nullptr && first == 0) weight_gradients<Sum::fresh>(job, count);
      if (job.with.d_planes != nullptr && first > 0) weight_gradients<Sum::onto>(job, count);
      if (job.with.dx == nullptr) continue;
      multiply_planes<Registers>(job.grad, job.with.weights, job.d_in, count, s.filters, job.with.channels, s.channels);
      input_gradients(job, first, count);
    }
  }
};

}  // namespace

void winograd_weights(const float* taps, std::int64_t numbers, Slice these, int kernel, float* to) {
  if (kernel == 3)
    run_vectorized<TapsBody<Weights<3>>>(Taps{taps, to, 1, numbers, these});
  else
    run_vectorized<TapsBody<Weights<5>>>(Taps{taps, to, 1, numbers, these});
}

void winograd_weights_backward(const float* from, std::int64_t parts, std::int64_t numbers, Slice these, int kernel,
                               float* d_taps) {
  if (kernel == 3)
    run_vectorized<TapsBody<WeightsAdjoint<3>>>(Taps{from, d_taps, parts, numbers, these});
  else
    run_vectorized<TapsBody<WeightsAdjoint<5>>>(Taps{from, d_taps, parts, numbers, these});
}

void winograd_forward(const WinogradForward& with, const WinogradShape& s) {
  const Forward job{with, s, scratch(Scratch::beside, 2 * beside_of(s)), scratch(Scratch::inputs, planes * plane_of(s.channels)),
                    scratch(Scratch::outputs, planes * plane_of(s.filters))};
  if (s.kernel == 3)
    run_vectorized<ForwardBody<NarrowRegisters, 4>, ForwardBody<WideRegisters, 4>>(job);
  else
    run_vectorized<ForwardBody<NarrowRegisters, 2>, ForwardBody<WideRegisters, 2>>(job);
}

void winograd_backward(const WinogradGradients& with, const WinogradShape& s) {
  float* const d_bias = with.d_bias != nullptr ? with.d_bias : scratch(Scratch::bias, s.filters);
  std::fill_n(d_bias + with.filters.first, with.filters.count, 0.0F);
  const Backward job{with,
                     s,
                     d_bias,
                     scratch(Scratch::beside, 2 * beside_of(s)),
                     scratch(Scratch::inputs, planes * plane_of(s.channels)),
                     scratch(Scratch::outputs, planes * plane_of(s.filters)),
                     scratch(Scratch::input_gradients, planes * plane_of(s.channels))};
  if (s.kernel == 3)
    run_vectorized<BackwardBody<NarrowRegisters, 4>, BackwardBody<WideRegisters, 4>>(job);
  else
    run_vectorized<BackwardBody<NarrowRegisters, 2>, BackwardBody<WideRegisters, 2>>(job);
}

}  // namespace cnnbench
