#include "train/conv_pool_rows.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "train/lanes.hpp"
#include "train/vector_code.hpp"

namespace cnnbench {
namespace {

using namespace lanes;
using Shape = ConvPoolShape;
constexpr int places = 4;

// The four rows of a picture that a row of outputs is made of.
struct Rows {
  const float* row[4];
};

CNNBENCH_INLINE void rows_of(Rows& rows, const float* picture, std::int64_t out_row, const Shape& s) {
  for (int r = 0; r < 4; ++r) rows.row[r] = picture + (2 * out_row + r) * s.width * Shape::channels;
}

// `together` outputs side by side: each weight is loaded once for all their places.
template <int together>
CNNBENCH_INLINE void outputs(const Rows& rows, std::int64_t column, const float* weights, const float* bias, float* y,
                             std::uint8_t* winner, std::int64_t filters) {
  for (std::int64_t f = 0; f < filters; f += lanes::count) {
    Floats sum[together][places];
    Floats first;
    load_vector(first, bias + f);
#pragma GCC unroll 8
    for (int o = 0; o < together; ++o)
#pragma GCC unroll 4
      for (int k = 0; k < places; ++k) sum[o][k] = first;
#pragma GCC unroll 3
    for (int r = 0; r < Shape::kernel; ++r)
#pragma GCC unroll 9
      for (int c = 0; c < Shape::kernel * Shape::channels; ++c) {
        Floats w;
        load_vector(w, weights + (r * Shape::kernel * Shape::channels + c) * filters + f);
#pragma GCC unroll 8
        for (int o = 0; o < together; ++o)
#pragma GCC unroll 4
          for (int k = 0; k < places; ++k) sum[o][k] += w * rows.row[r + k / 2][(2 * (column + o) + k % 2) * Shape::channels + c];
      }
#pragma GCC unroll 8
    for (int o = 0; o < together; ++o) pool_and_save(sum[o], y + o * filters + f, winner + o * filters + f);
  }
}

struct Forward {
  const float *x, *weights, *bias;
  float* y;
  std::uint8_t* winner;
  std::int64_t pictures;
  Shape shape;
};

struct ForwardBody {
  static CNNBENCH_INLINE void run(const Forward& job) {
    constexpr int together = 3;
    const Shape& s = job.shape;
    float* y = job.y;
    std::uint8_t* winner = job.winner;
    Rows rows;
    for (std::int64_t n = 0; n < job.pictures; ++n)
      for (std::int64_t row = 0; row < s.out_height(); ++row) {
        rows_of(rows, job.x + n * s.height * s.width * Shape::channels, row, s);
        std::int64_t column = 0;
        for (; column + together <= s.out_width(); column += together, y += together * s.filters, winner += together * s.filters)
          outputs<together>(rows, column, job.weights, job.bias, y, winner, s.filters);
        for (; column < s.out_width(); ++column, y += s.filters, winner += s.filters)
          outputs<1>(rows, column, job.weights, job.bias, y, winner, s.filters);
      }
  }
};

struct Backward {
  const float *x, *g;
  const std::uint8_t* winner;
  float* d_weights;  // d_bias behind them
  Shape shape;
};

// What an output sends back, and to which of its places: 0 where it has no winner.
CNNBENCH_INLINE void gradient_of(Floats& g, Ints& place, const Backward& job, std::int64_t output, std::int64_t f) {
  load_vector(g, job.g + output * job.shape.filters + f);
  load_places(place, job.winner + output * job.shape.filters + f);
  g = place != Ints{} + no_winner ? g : Floats{};
}

CNNBENCH_INLINE void save_sums(const Floats (&sum)[Shape::taps], const Floats& bias, const Backward& job, std::int64_t f) {
#pragma GCC unroll 27
  for (int t = 0; t < Shape::taps; ++t) save(sum[t], job.d_weights + t * job.shape.filters + f);
  save(bias, job.d_weights + Shape::taps * job.shape.filters + f);
}

// Sixteen filters over the whole picture, so that their sums stay in registers. Each place's inputs times its gradients, three of
// four of which are 0.
struct BackwardBody {
  static CNNBENCH_INLINE void run_block(const Backward& job, std::int64_t f) {
    const Shape& s = job.shape;
    Floats sum[Shape::taps] = {}, bias{};
    Rows rows;
    for (std::int64_t row = 0; row < s.out_height(); ++row) {
      rows_of(rows, job.x, row, s);
      for (std::int64_t column = 0; column < s.out_width(); ++column) {
        Floats g;
        Ints place;
        gradient_of(g, place, job, row * s.out_width() + column, f);
        bias += g;
        Floats of[places];
#pragma GCC unroll 4
        for (int k = 0; k < places; ++k) of[k] = place == Ints{} + k ? g : Floats{};
#pragma GCC unroll 3
        for (int r = 0; r < Shape::kernel; ++r)
#pragma GCC unroll 9
          for (int c = 0; c < Shape::kernel * Shape::channels; ++c)
#pragma GCC unroll 4
            for (int k = 0; k < places; ++k)
              sum[r * Shape::kernel * Shape::channels + c] +=
                  of[k] * rows.row[r + k / 2][(2 * column + k % 2) * Shape::channels + c];
      }
    }
    save_sums(sum, bias, job, f);
  }
  static CNNBENCH_INLINE void run(const Backward& job) {
    for (std::int64_t f = 0; f < job.shape.filters; f += lanes::count) run_block(job, f);
  }
};

#if defined(__x86_64__)

// The same where one instruction picks from 32 numbers: each filter's inputs are those of its winner, so that one multiplication
// does for four.
struct PickingBackwardBody {
  static constexpr __mmask16 window = 0xfff;  // four columns of three channels

  static CNNBENCH_AVX512 void run_block(const Backward& job, std::int64_t f) {
    const Shape& s = job.shape;
    Floats sum[Shape::taps] = {}, bias{};
    Rows rows;
    for (std::int64_t row = 0; row < s.out_height(); ++row) {
      rows_of(rows, job.x, row, s);
      for (std::int64_t column = 0; column < s.out_width(); ++column) {
        Floats g;
        Ints place;
        gradient_of(g, place, job, row * s.out_width() + column, f);
        bias += g;
        __m512 inputs[4];
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r) inputs[r] = _mm512_maskz_loadu_ps(window, rows.row[r] + 2 * column * Shape::channels);
        // Row r of the kernel meets rows r and r + 1 of the inputs, the latter numbered from 16 on.
        const Ints first = (place >> 1) * 16 + (place & 1) * Shape::channels;
#pragma GCC unroll 9
        for (int c = 0; c < Shape::kernel * Shape::channels; ++c)
#pragma GCC unroll 3
          for (int r = 0; r < Shape::kernel; ++r) {
            __m512i index;
            recast(index, first + c);
            sum[r * Shape::kernel * Shape::channels + c] += g * _mm512_permutex2var_ps(inputs[r], index, inputs[r + 1]);
          }
      }
    }
    save_sums(sum, bias, job, f);
  }
  static CNNBENCH_AVX512 void run(const Backward& job) {
    for (std::int64_t f = 0; f < job.shape.filters; f += lanes::count) run_block(job, f);
  }
};

#else

using PickingBackwardBody = BackwardBody;

#endif

}  // namespace

void conv_pool(const float* x, const float* weights, const float* bias, float* y, std::uint8_t* winner, std::int64_t pictures,
               const ConvPoolShape& s) {
  run_vectorized<ForwardBody>(Forward{x, weights, bias, y, winner, pictures, s});
}
void conv_pool_backward(const float* x, const float* g, const std::uint8_t* winner, float* d_weights_and_bias,
                        const ConvPoolShape& s) {
  run_vectorized<BackwardBody, PickingBackwardBody>(Backward{x, g, winner, d_weights_and_bias, s});
}

}  // namespace cnnbench
