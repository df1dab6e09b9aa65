#include "kernels/winograd_blocks.hpp"

namespace cnnbench {
namespace {

using namespace winograd;

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

}  // namespace

void winograd_forward(const WinogradForward& with, const WinogradShape& s) {
  const Forward job{with, s, scratch(Scratch::beside, 2 * beside_of(s)), scratch(Scratch::inputs, planes * plane_of(s.channels)),
                    scratch(Scratch::outputs, planes * plane_of(s.filters))};
  if (s.kernel == 3)
    run_vectorized<ForwardBody<NarrowRegisters, 4>, ForwardBody<WideRegisters, 4>>(job);
  else
    run_vectorized<ForwardBody<NarrowRegisters, 2>, ForwardBody<WideRegisters, 2>>(job);
}

}  // namespace cnnbench
