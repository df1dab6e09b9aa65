// Plain loops that the compiler turns into vector code, once for any CPU, once for AVX2, once for AVX-512. A row stays in
// the first-level cache, so memory is read and written once each way; libtorch's composition does that nine times.
#include "train/lrn_rows.hpp"

#include <bit>
#include <cmath>
#include <vector>

namespace cnnbench {
namespace {

#define CNNBENCH_INLINE __attribute__((always_inline)) inline

CNNBENCH_INLINE float widened(float v) { return v; }
CNNBENCH_INLINE float widened(Bfloat16 v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v.bits) << 16); }

CNNBENCH_INLINE void store(float v, float& out) { out = v; }
// To the nearest, ties to even. A NaN must not round to infinity: it keeps its upper half, made quiet.
CNNBENCH_INLINE void store(float v, Bfloat16& out) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
  out.bits = static_cast<std::uint16_t>(v == v ? rounded : quiet);
}

// The tutorial's exponent needs no logarithm: d^-0.75 = r sqrt(r) with r = 1 / sqrt(d).
enum class Exponent { three_quarters, any };

struct Powers {
  float power;    // d^-beta
  float inverse;  // 1 / d
};

template <Exponent exponent>
CNNBENCH_INLINE Powers powers(float d, float beta) {
  if constexpr (exponent == Exponent::three_quarters) {
    const float r = 1 / std::sqrt(d);
    return {r * std::sqrt(r), r * r};
  }
  return {std::pow(d, -beta), 1 / d};
}

// One row's values with `radius` zeros on each side, so that the window needs no border case.
struct Scratch {
  explicit Scratch(std::int64_t channels, std::int64_t radius)
      : padded(static_cast<std::size_t>(channels + 2 * radius)), sums(static_cast<std::size_t>(channels)) {}
  std::vector<float> padded, sums;
};

// radius < 0: known only when it runs.
template <int fixed_radius>
CNNBENCH_INLINE void window_sums(const float* __restrict padded, float* __restrict sums, std::int64_t channels, int radius) {
  if constexpr (fixed_radius >= 0) {
    for (std::int64_t c = 0; c < channels; ++c) {
      float sum = 0;
#pragma GCC unroll 16
      for (int j = 0; j <= 2 * fixed_radius; ++j) sum += padded[c + j];
      sums[c] = sum;
    }
  } else {
    for (std::int64_t c = 0; c < channels; ++c) sums[c] = padded[c];
    for (int j = 1; j <= 2 * radius; ++j)
      for (std::int64_t c = 0; c < channels; ++c) sums[c] += padded[c + j];
  }
}

template <typename T>
struct Job {
  const T* x;
  const T* g;  // null: forward
  T* out;
  std::int64_t rows, channels;
  LrnOptions options;
};

template <Exponent exponent, int fixed_radius, typename T>
CNNBENCH_INLINE void run(const Job<T>& job) {
  const int radius = job.options.radius;
  const auto k = static_cast<float>(job.options.k), alpha = static_cast<float>(job.options.alpha),
             beta = static_cast<float>(job.options.beta), cross = 2 * alpha * beta;
  const std::int64_t channels = job.channels;
  Scratch scratch(channels, radius);
  float* const __restrict middle = scratch.padded.data() + radius;
  float* const __restrict sums = scratch.sums.data();
  std::vector<float> direct(static_cast<std::size_t>(job.g ? channels : 0));
  float* const __restrict own = direct.data();
  for (std::int64_t row = 0; row < job.rows; ++row) {
    const T* const __restrict x = job.x + row * channels;
    T* const __restrict out = job.out + row * channels;
    for (std::int64_t c = 0; c < channels; ++c) middle[c] = widened(x[c]) * widened(x[c]);
    window_sums<fixed_radius>(scratch.padded.data(), sums, channels, radius);
    if (!job.g) {
      for (std::int64_t c = 0; c < channels; ++c) store(widened(x[c]) * powers<exponent>(k + alpha * sums[c], beta).power, out[c]);
      continue;
    }
    const T* const __restrict g = job.g + row * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      const Powers p = powers<exponent>(k + alpha * sums[c], beta);
      own[c] = widened(g[c]) * p.power;
      middle[c] = own[c] * widened(x[c]) * p.inverse;
    }
    window_sums<fixed_radius>(scratch.padded.data(), sums, channels, radius);
    for (std::int64_t c = 0; c < channels; ++c) store(own[c] - cross * widened(x[c]) * sums[c], out[c]);
  }
}

template <typename T>
CNNBENCH_INLINE void run_for(const Job<T>& job) {
  const bool tutorial = job.options.beta == 0.75;
  if (tutorial && job.options.radius == 4) return run<Exponent::three_quarters, 4>(job);
  if (tutorial) return run<Exponent::three_quarters, -1>(job);
  run<Exponent::any, -1>(job);
}

#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=512"))) void run_avx512(const Job<T>& job) {
  run_for(job);
}
template <typename T>
__attribute__((target("avx2,fma"))) void run_avx2(const Job<T>& job) {
  run_for(job);
}
#endif

template <typename T>
void dispatch(const Job<T>& job) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return run_avx512(job);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return run_avx2(job);
#endif
  run_for(job);
}

}  // namespace

void lrn_rows(const float* x, float* y, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  dispatch<float>({x, nullptr, y, rows, channels, o});
}
void lrn_rows(const Bfloat16* x, Bfloat16* y, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  dispatch<Bfloat16>({x, nullptr, y, rows, channels, o});
}
void lrn_rows_backward(const float* x, const float* g, float* dx, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  dispatch<float>({x, g, dx, rows, channels, o});
}
void lrn_rows_backward(const Bfloat16* x, const Bfloat16* g, Bfloat16* dx, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  dispatch<Bfloat16>({x, g, dx, rows, channels, o});
}

}  // namespace cnnbench
