// A row stays in the first-level cache, so memory is read and written once each way; libtorch's composition does that nine
// times.
#include "kernels/lrn_rows.hpp"

#include <cmath>
#include <vector>

namespace cnnbench {
namespace {

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
CNNBENCH_INLINE void run_rows(const Job<T>& job) {
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

struct Body {
  template <typename T>
  static CNNBENCH_INLINE void run(const Job<T>& job) {
    const bool tutorial = job.options.beta == 0.75;
    if (tutorial && job.options.radius == 4) return run_rows<Exponent::three_quarters, 4>(job);
    if (tutorial) return run_rows<Exponent::three_quarters, -1>(job);
    run_rows<Exponent::any, -1>(job);
  }
};

}  // namespace

void lrn_rows(const float* x, float* y, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  run_vectorized<Body>(Job<float>{x, nullptr, y, rows, channels, o});
}
void lrn_rows(const Bfloat16* x, Bfloat16* y, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  run_vectorized<Body>(Job<Bfloat16>{x, nullptr, y, rows, channels, o});
}
void lrn_rows_backward(const float* x, const float* g, float* dx, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  run_vectorized<Body>(Job<float>{x, g, dx, rows, channels, o});
}
void lrn_rows_backward(const Bfloat16* x, const Bfloat16* g, Bfloat16* dx, std::int64_t rows, std::int64_t channels, const LrnOptions& o) {
  run_vectorized<Body>(Job<Bfloat16>{x, g, dx, rows, channels, o});
}

}  // namespace cnnbench
