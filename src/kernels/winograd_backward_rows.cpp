#include "kernels/winograd_blocks.hpp"

namespace cnnbench {
namespace {

using namespace winograd;

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
