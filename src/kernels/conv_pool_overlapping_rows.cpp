#include "kernels/conv_pool_overlapping_rows.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <vector>

#include "kernels/lanes.hpp"
#include "kernels/picture_convolution.hpp"
#include "kernels/vector_code.hpp"

namespace cnnbench {
namespace {

using namespace lanes;
using Shape = ConvPoolShape;
using Forward = ConvPoolForward;
using Backward = ConvPoolBackward;
constexpr int kernel = 5, pad = kernel / 2, window = 3, channels = Shape::channels, row_taps = kernel * channels;
constexpr int place_row = 8;  // what a row counts in `winner`

struct ForwardBody {
  // The convolution for `columns` places side by side and `groups` times 16 filters.
  template <int columns, int groups>
  static CNNBENCH_INLINE void convolve(const float* padded, std::int64_t stride, const Forward& job, std::int64_t f,
                                       std::int32_t* keys) {
    const std::int64_t filters = job.shape.filters;
    Floats sum[groups][columns];
    convolve_picture<kernel, 1, columns, groups>(sum, padded, stride, job.weights + f, job.bias + f, filters);
#pragma GCC unroll 2
    for (int g = 0; g < groups; ++g)
#pragma GCC unroll 12
      for (int p = 0; p < columns; ++p) {
        Ints key;
        key_of(key, sum[g][p]);
        std::memcpy(keys + p * filters + f + g * lanes::count, &key, sizeof key);
      }
  }

  template <int columns>
  static CNNBENCH_INLINE void convolve(const float* padded, std::int64_t stride, const Forward& job, std::int32_t* keys) {
    const std::int64_t end = job.filters.end();
    std::int64_t f = job.filters.first;
    for (; f + 2 * lanes::count <= end; f += 2 * lanes::count) convolve<columns, 2>(padded, stride, job, f, keys);
    if (f < end) convolve<columns, 1>(padded, stride, job, f, keys);
  }

  static CNNBENCH_INLINE void convolve_row(const float* padded, std::int64_t stride, const Forward& job, std::int32_t* keys) {
    constexpr int together = 12;
    std::int64_t column = 0;
    for (; column + together <= job.shape.width; column += together)
      convolve<together>(padded + column * channels, stride, job, keys + column * job.shape.filters);
    for (; column < job.shape.width; column += 2)
      convolve<2>(padded + column * channels, stride, job, keys + column * job.shape.filters);
  }

  // The greatest of a window of `rows` by `columns`, and of zero.
  template <int rows, int columns>
  static CNNBENCH_INLINE void pool(const std::int32_t* const (&row)[window], std::int64_t column, const Forward& job, float* y,
                                   std::uint8_t* winner) {
    const std::int64_t filters = job.shape.filters, end = job.filters.end();
    for (std::int64_t f = job.filters.first; f < end; f += lanes::count) {
      Ints best{}, place = Ints{} + no_winner;
#pragma GCC unroll 3
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 3
        for (int c = 0; c < columns; ++c) {
          Ints key;
          load_vector(key, row[r] + (column + c) * filters + f);
          place = key > best ? Ints{} + (r * place_row + c) : place;
          best = key > best ? key : best;
        }
      save_pooled(best, place, y + f, winner + f);
    }
  }

  template <int rows>
  static CNNBENCH_INLINE void pool_row(const std::int32_t* const (&row)[window], const Forward& job, float* y, std::uint8_t* winner) {
    const Shape& s = job.shape;
    std::int64_t column = 0;
    for (; column + window <= s.width; column += 2, y += s.filters, winner += s.filters)
      pool<rows, window>(row, column, job, y, winner);
    pool<rows, window - 1>(row, column, job, y, winner);
  }

  static CNNBENCH_INLINE void run(const Forward& job) {
    const Shape& s = job.shape;
    const std::int64_t stride = (s.width + 2 * pad) * channels, line = s.width * channels;
    std::vector<float> padded(static_cast<std::size_t>((s.height + 2 * pad) * stride));
    std::vector<std::int32_t> keys(static_cast<std::size_t>(window * s.width * s.filters));
    const auto keys_of = [&](std::int64_t row) { return keys.data() + row % window * s.width * s.filters; };
    float* y = job.y;
    std::uint8_t* winner = job.winner;
    for (std::int64_t n = 0; n < job.pictures; ++n) {
      for (std::int64_t row = 0; row < s.height; ++row)
        std::copy_n(job.x + (n * s.height + row) * line, line, padded.data() + (row + pad) * stride + pad * channels);
      for (std::int64_t row = 0, ready = 0; row < s.height;
           row += 2, y += s.out_width() * s.filters, winner += s.out_width() * s.filters) {
        for (; ready < std::min(row + window, s.height); ++ready)
          convolve_row(padded.data() + ready * stride, stride, job, keys_of(ready));
        const std::int32_t* const rows[window] = {keys_of(row), keys_of(row + 1), keys_of(row + 2)};
        row + window <= s.height ? pool_row<window>(rows, job, y, winner) : pool_row<window - 1>(rows, job, y, winner);
      }
    }
  }
};

// What an output sends back, and its winner's place: 0 where it has none.
CNNBENCH_AVX512 inline void gradient_of(__m512& g, __m512i& place, const Backward& job, std::int64_t output, std::int64_t f) {
  const std::int64_t at = output * job.shape.filters + f;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(job.winner + at));
  const __mmask16 has = _mm_cmpneq_epu8_mask(bytes, _mm_set1_epi8(static_cast<char>(no_winner)));
  g = _mm512_maskz_loadu_ps(has, job.g + at);
  place = _mm512_maskz_cvtepu8_epi32(has, bytes);
}

struct BackwardBody {
  // The gradients of taps (0..4, first), (0..4, first + 1) ... of one channel, whose picture `plane` is with its padding: in
  // registers over the whole picture.
  template <int first, int columns>
  static CNNBENCH_AVX512 void run_taps(const float* plane, std::int64_t stride, const Backward& job, int channel, std::int64_t f) {
    const Shape& s = job.shape;
    __m512 sum[columns][kernel] = {};
    std::int64_t output = 0;
    for (std::int64_t row = 0; row < s.out_height(); ++row)
      for (std::int64_t column = 0; column < s.out_width(); ++column, ++output) {
        __m512 g;
        __m512i place;
        gradient_of(g, place, job, output, f);
        const float* corner = plane + 2 * row * stride + 2 * column;
        // Row r of the kernel meets rows r to r + 2 of the inputs: eight numbers each, of which the window's places choose.
        __m512 inputs[kernel + window - 1];
#pragma GCC unroll 7
        for (int r = 0; r < kernel + window - 1; ++r) {
          inputs[r] = _mm512_castps256_ps512(_mm256_loadu_ps(corner + r * stride));
          if (r < kernel) inputs[r] = _mm512_insertf32x8(inputs[r], _mm256_loadu_ps(corner + (r + 1) * stride), 1);
        }
#pragma GCC unroll 3
        for (int c = 0; c < columns; ++c) {
          const __m512i index = _mm512_add_epi32(place, _mm512_set1_epi32(first + c));
#pragma GCC unroll 5
          for (int r = 0; r < kernel; ++r) sum[c][r] += g * _mm512_permutex2var_ps(inputs[r], index, inputs[r + 2]);
        }
      }
#pragma GCC unroll 3
    for (int c = 0; c < columns; ++c)
#pragma GCC unroll 5
      for (int r = 0; r < kernel; ++r)
        _mm512_storeu_ps(job.gradients + (r * row_taps + (first + c) * channels + channel) * s.filters + f, sum[c][r]);
  }

  static CNNBENCH_AVX512 void run_bias(const Backward& job, std::int64_t f) {
    const Shape& s = job.shape;
    __m512 sum{};
    for (std::int64_t output = 0; output < s.out_height() * s.out_width(); ++output) {
      __m512 g;
      __m512i place;
      gradient_of(g, place, job, output, f);
      sum += g;
    }
    _mm512_storeu_ps(job.gradients + s.taps() * s.filters + f, sum);
  }

  static CNNBENCH_AVX512 void run(const Backward& job) {
    const Shape& s = job.shape;
    // The last windows reach a row, and their loads two columns, further than the padding.
    const std::int64_t stride = s.width + 2 * pad + 2, plane = (s.height + 2 * pad + 1) * stride;
    std::vector<float> planes(static_cast<std::size_t>(channels * plane));
    for (int c = 0; c < channels; ++c)
      for (std::int64_t row = 0; row < s.height; ++row)
        for (std::int64_t column = 0; column < s.width; ++column)
          planes[static_cast<std::size_t>(c * plane + (row + pad) * stride + pad + column)] =
              job.x[(row * s.width + column) * channels + c];
    for (std::int64_t f = job.filters.first; f < job.filters.end(); f += lanes::count) {
      for (int c = 0; c < channels; ++c) {
        run_taps<0, 3>(planes.data() + c * plane, stride, job, c, f);
        run_taps<3, 2>(planes.data() + c * plane, stride, job, c, f);
      }
      run_bias(job, f);
    }
  }
};

}  // namespace

bool has_conv_pool_overlapping() { return has_avx512(); }

void conv_pool_overlapping(const ConvPoolForward& job) { run_avx512<ForwardBody>(job); }
void conv_pool_overlapping_backward(const ConvPoolBackward& job) { run_avx512<BackwardBody>(job); }

}  // namespace cnnbench

#else

namespace cnnbench {

bool has_conv_pool_overlapping() { return false; }
void conv_pool_overlapping(const ConvPoolForward&) {}
void conv_pool_overlapping_backward(const ConvPoolBackward&) {}

}  // namespace cnnbench

#endif
