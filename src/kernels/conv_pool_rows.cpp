#include "kernels/conv_pool_rows.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/conv_pool_overlapping_rows.hpp"
#include "kernels/lanes.hpp"
#include "kernels/picture_convolution.hpp"
#include "kernels/vector_code.hpp"

namespace cnnbench {
namespace {

using namespace lanes;
using Shape = ConvPoolShape;
using Forward = ConvPoolForward;
using Backward = ConvPoolBackward;
constexpr int kernel = 3, row_taps = kernel * Shape::channels, taps = kernel * row_taps, places = 4;

// The four rows of a picture that a row of outputs is made of.
struct Rows {
  const float* row[4];
};

CNNBENCH_INLINE void rows_of(Rows& rows, const float* picture, std::int64_t out_row, const Shape& s) {
  for (int r = 0; r < 4; ++r) rows.row[r] = picture + (2 * out_row + r) * s.width * Shape::channels;
}

// `together` outputs side by side, `groups` times 16 filters at a time: as many sums as there are registers for.
template <int together, int groups>
struct ForwardBody {
  template <int outputs, int filter_groups>
  static CNNBENCH_INLINE void save_outputs(const Forward& job, const float* in, std::int64_t output, std::int64_t f) {
    const Shape& s = job.shape;
    constexpr int columns = 2 * outputs;
    Floats sum[filter_groups][2 * columns];
    convolve_picture<kernel, 2, columns, filter_groups>(sum, in, s.width * Shape::channels, job.weights + f, job.bias + f,
                                                        s.filters);
#pragma GCC unroll 2
    for (int g = 0; g < filter_groups; ++g)
#pragma GCC unroll 3
      for (int o = 0; o < outputs; ++o) {
        const Floats value[places] = {sum[g][2 * o], sum[g][2 * o + 1], sum[g][columns + 2 * o], sum[g][columns + 2 * o + 1]};
        const std::int64_t at = (output + o) * s.filters + f + g * lanes::count;
        pool_and_save(value, job.y + at, job.winner + at);
      }
  }

  template <int outputs>
  static CNNBENCH_INLINE void save_outputs(const Forward& job, const float* in, std::int64_t output) {
    std::int64_t f = 0;
    for (; f + groups * lanes::count <= job.shape.filters; f += groups * lanes::count)
      save_outputs<outputs, groups>(job, in, output, f);
    for (; f < job.shape.filters; f += lanes::count) save_outputs<outputs, 1>(job, in, output, f);
  }

  static CNNBENCH_INLINE void run(const Forward& job) {
    const Shape& s = job.shape;
    std::int64_t output = 0;
    for (std::int64_t n = 0; n < job.pictures; ++n)
      for (std::int64_t row = 0; row < s.out_height(); ++row) {
        const float* in = job.x + (n * s.height + 2 * row) * s.width * Shape::channels;
        std::int64_t column = 0;
        for (; column + together <= s.out_width(); column += together, output += together)
          save_outputs<together>(job, in + 2 * column * Shape::channels, output);
        for (; column < s.out_width(); ++column, ++output) save_outputs<1>(job, in + 2 * column * Shape::channels, output);
      }
  }
};

// What an output sends back, and to which of its places: 0 where it has no winner.
CNNBENCH_INLINE void gradient_of(Floats& g, Ints& place, const Backward& job, std::int64_t output, std::int64_t f) {
  load_vector(g, job.g + output * job.shape.filters + f);
  load_places(place, job.winner + output * job.shape.filters + f);
  g = place != Ints{} + no_winner ? g : Floats{};
}

CNNBENCH_INLINE void save_sums(const Floats (&sum)[taps], const Floats& bias, const Backward& job, std::int64_t f) {
#pragma GCC unroll 27
  for (int t = 0; t < taps; ++t) save(sum[t], job.gradients + t * job.shape.filters + f);
  save(bias, job.gradients + taps * job.shape.filters + f);
}

// Sixteen filters over the whole picture, so that their sums stay in registers. Each place's inputs times its gradients, three of
// four of which are 0.
struct BackwardBody {
  static CNNBENCH_INLINE void run_block(const Backward& job, std::int64_t f) {
    const Shape& s = job.shape;
    Floats sum[taps] = {}, bias{};
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
        for (int r = 0; r < kernel; ++r)
#pragma GCC unroll 9
          for (int c = 0; c < row_taps; ++c)
#pragma GCC unroll 4
            for (int k = 0; k < places; ++k)
              sum[r * row_taps + c] += of[k] * rows.row[r + k / 2][(2 * column + k % 2) * Shape::channels + c];
      }
    }
    save_sums(sum, bias, job, f);
  }
  static CNNBENCH_INLINE void run(const Backward& job) {
    for (std::int64_t f = job.filters.first; f < job.filters.end(); f += lanes::count) run_block(job, f);
  }
};

#if defined(__x86_64__)

// The same where one instruction picks from 32 numbers: each filter's inputs are those of its winner, so that one multiplication
// does for four.
struct PickingBackwardBody {
  static constexpr __mmask16 window = 0xfff;  // four columns of three channels

  static CNNBENCH_AVX512 void run_block(const Backward& job, std::int64_t f) {
    const Shape& s = job.shape;
    Floats sum[taps] = {}, bias{};
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
        for (int c = 0; c < row_taps; ++c)
#pragma GCC unroll 3
          for (int r = 0; r < kernel; ++r) {
            __m512i index;
            recast(index, first + c);
            sum[r * row_taps + c] += g * _mm512_permutex2var_ps(inputs[r], index, inputs[r + 1]);
          }
      }
    }
    save_sums(sum, bias, job, f);
  }
  static CNNBENCH_AVX512 void run(const Backward& job) {
    for (std::int64_t f = job.filters.first; f < job.filters.end(); f += lanes::count) run_block(job, f);
  }
};

#else

using PickingBackwardBody = BackwardBody;

#endif

}  // namespace

void conv_pool(const ConvPoolForward& job) {
  job.shape.kernel == kernel ? run_vectorized<ForwardBody<1, 1>, ForwardBody<3, 2>>(job) : conv_pool_overlapping(job);
}
void conv_pool_backward(const ConvPoolBackward& job) {
  job.shape.kernel == kernel ? run_vectorized<BackwardBody, PickingBackwardBody>(job) : conv_pool_overlapping_backward(job);
}

}  // namespace cnnbench
