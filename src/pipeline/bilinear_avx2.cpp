// The kernel with AVX2, 8 pixels at a time. Two 8-byte loads fetch a pixel's four neighbours (RGBRGB of the upper row, and
// of the lower row starting 2 bytes early, so that no read ever leaves the picture); gathers are slower than plain loads here.
#include "bilinear.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define CNNBENCH_AVX2 __attribute__((target("avx2")))
#define CNNBENCH_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

namespace cnnbench::bilinear {
namespace {

template <Fold fold>
CNNBENCH_AVX2_INLINE __m256i fold_lanes(__m256i v, int side) {
  constexpr int one = 1 << 16;
  if constexpr (fold == Fold::reflect_once) {
    v = _mm256_max_epi32(v, _mm256_sub_epi32(_mm256_set1_epi32(-one), v));
    v = _mm256_min_epi32(v, _mm256_sub_epi32(_mm256_set1_epi32(2 * side * one - one), v));
  } else if constexpr (fold == Fold::wrap_once) {
    const __m256i period = _mm256_set1_epi32(side * one);
    v = _mm256_add_epi32(v, _mm256_and_si256(_mm256_srai_epi32(v, 31), period));
    v = _mm256_sub_epi32(v, _mm256_andnot_si256(_mm256_cmpgt_epi32(period, v), period));
  } else if constexpr (fold != Fold::none) {
    alignas(32) std::int32_t lanes[block];
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), v);
    for (std::int32_t& value : lanes) value = fold_coordinate<fold>(value, side);
    v = _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes));
  }
  return v;
}

CNNBENCH_AVX2_INLINE __m128i load_two(const std::uint8_t* low, const std::uint8_t* high) {
  const __m128i l = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(low));
  return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(l), reinterpret_cast<const __m64*>(high)));
}

// 4 pixels: 8 bytes from each address; a and b to the lower half, c and d to the upper one.
CNNBENCH_AVX2_INLINE __m256i load_four(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, const std::uint8_t* d) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_two(a, b)), load_two(c, d), 1);
}

// Bytes first, first+1, first+2 of each 8-byte group as 16-bit numbers times 2^7.
template <int first>
CNNBENCH_AVX2_INLINE __m256i widen(__m256i groups) {
  constexpr char z = -128;
  const __m256i mask = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(first, z, first + 1, z, first + 2, z, z, z, first + 8, z, first + 9, z, first + 10, z, z, z));
  return _mm256_slli_epi16(_mm256_shuffle_epi8(groups, mask), 7);
}

CNNBENCH_AVX2_INLINE __m256i lerp(__m256i a, __m256i b, __m256i weight) {
  return _mm256_add_epi16(a, _mm256_mulhrs_epi16(_mm256_sub_epi16(b, a), weight));
}

// `upper` has its first pixel at byte 0 of each group, `lower` at byte 2.
CNNBENCH_AVX2_INLINE __m256i blend(__m256i upper, __m256i lower, __m256i weight_x, __m256i weight_y) {
  const __m256i left = lerp(widen<0>(upper), widen<2>(lower), weight_y);
  const __m256i right = lerp(widen<3>(upper), widen<5>(lower), weight_y);
  return _mm256_mulhrs_epi16(lerp(left, right, weight_x), _mm256_set1_epi16(256));  // (v + 64) >> 7
}

struct Row {
  std::int64_t x, y;
};

// One output row; always writes whole blocks, so `out` has room for them.
template <Fold fold>
CNNBENCH_AVX2_INLINE void run_blocks(const Job& job, Row row, int blocks, std::uint8_t* out) {
  const int stride = 3 * job.source_size.width;
  alignas(32) std::int32_t lanes_x[block], lanes_y[block];
  for (int i = 0; i < block; ++i) {
    lanes_x[i] = lane(job.map.xx, i);
    lanes_y[i] = lane(job.map.yx, i);
  }
  const __m256i lane_x = _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes_x));
  const __m256i lane_y = _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes_y));
  const __m256i zero = _mm256_setzero_si256();
  const __m256i max_x = _mm256_set1_epi32(((job.source_size.width - 1) << 16) - 1);
  const __m256i max_y = _mm256_set1_epi32(((job.source_size.height - 1) << 16) - 1);
  const __m256i strides = _mm256_set1_epi32((3 << 16) | stride);
  const __m256i first_two = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5));
  const __m256i last_two = _mm256_broadcastsi128_si256(_mm_setr_epi8(8, 9, 8, 9, 8, 9, 8, 9, 12, 13, 12, 13, 12, 13, 12, 13));
  const __m256i drop_fourth = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  const __m256i close_gap = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  const std::uint8_t* const upper = job.source;
  const std::uint8_t* const lower = job.source + stride - 2;
  for (int b = 0; b < blocks; ++b, out += 3 * block) {
    __m256i x = _mm256_add_epi32(_mm256_set1_epi32(at_block(row.x)), lane_x);
    __m256i y = _mm256_add_epi32(_mm256_set1_epi32(at_block(row.y)), lane_y);
    row.x += job.map.xx * block;
    row.y += job.map.yx * block;
    x = _mm256_min_epi32(_mm256_max_epi32(fold_lanes<fold>(x, job.folded.width), zero), max_x);
    y = _mm256_min_epi32(_mm256_max_epi32(fold_lanes<fold>(y, job.folded.height), zero), max_y);
    // Whole parts side by side as 16-bit numbers: y * stride + x * 3 in one multiply-add.
    const __m256i whole = _mm256_blend_epi16(_mm256_srli_epi32(y, 16), x, 0xaa);
    alignas(32) std::uint32_t at[block];
    _mm256_store_si256(reinterpret_cast<__m256i*>(at), _mm256_madd_epi16(whole, strides));
    const __m256i weight_x = _mm256_srli_epi16(x, 1), weight_y = _mm256_srli_epi16(y, 1);
    const __m256i even = blend(load_four(upper + at[0], upper + at[1], upper + at[4], upper + at[5]),
                               load_four(lower + at[0], lower + at[1], lower + at[4], lower + at[5]),
                               _mm256_shuffle_epi8(weight_x, first_two), _mm256_shuffle_epi8(weight_y, first_two));
    const __m256i odd = blend(load_four(upper + at[2], upper + at[3], upper + at[6], upper + at[7]),
                              load_four(lower + at[2], lower + at[3], lower + at[6], lower + at[7]),
                              _mm256_shuffle_epi8(weight_x, last_two), _mm256_shuffle_epi8(weight_y, last_two));
    const __m256i rgb = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(_mm256_packus_epi16(even, odd), drop_fourth), close_gap);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(rgb));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 16), _mm256_extracti128_si256(rgb, 1));
  }
}

template <Fold fold>
CNNBENCH_AVX2 void run(const Job& job) {
  const int whole = job.out_size.width / block, rest = job.out_size.width % block;
  std::uint8_t* out = job.out;
  for (int r = 0; r < job.out_size.height; ++r) {
    const Row row{job.map.x0 + job.map.xy * r, job.map.y0 + job.map.yy * r};
    run_blocks<fold>(job, row, whole, out);
    out += std::ptrdiff_t{3} * block * whole;
    if (rest == 0) continue;
    std::uint8_t last[3 * block];
    run_blocks<fold>(job, {row.x + job.map.xx * block * whole, row.y + job.map.yx * block * whole}, 1, last);
    std::memcpy(out, last, static_cast<std::size_t>(3 * rest));
    out += 3 * rest;
  }
}

}  // namespace

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
}

void run_avx2(const Job& job) {
  with_fold(job.fold, [&job]<Fold fold>() { run<fold>(job); });
}

}  // namespace cnnbench::bilinear

#else

namespace cnnbench::bilinear {

bool has_avx2() { return false; }
void run_avx2(const Job& job) { run_scalar(job); }

}  // namespace cnnbench::bilinear

#endif
