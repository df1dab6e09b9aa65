#include "cnnbench/measure/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace cnnbench {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> out(values.begin(), values.end());
  std::sort(out.begin(), out.end());
  return out;
}

double middle(const std::vector<double>& ascending) {
  const std::size_t n = ascending.size();
  if (n == 0) return nan;
  return n % 2 == 1 ? ascending[n / 2] : (ascending[n / 2 - 1] + ascending[n / 2]) / 2;
}

// How often each value of U comes up among all orders of n and m values: Mann and Whitney's recurrence
// N(u; n, m) = N(u - m; n - 1, m) + N(u; n, m - 1), as shares so that nothing overflows.
std::vector<double> u_distribution(std::size_t n, std::size_t m) {
  // share[j] after row i: the distribution for (i, j).
  std::vector<std::vector<double>> row(m + 1, std::vector<double>{1.0});
  for (std::size_t i = 1; i <= n; ++i) {
    std::vector<std::vector<double>> next(m + 1);
    next[0] = {1.0};
    for (std::size_t j = 1; j <= m; ++j) {
      std::vector<double>& out = next[j];
      out.assign(i * j + 1, 0.0);
      const double take_first = static_cast<double>(i) / static_cast<double>(i + j);
      const std::vector<double>&without_first = row[j], &without_second = next[j - 1];
      for (std::size_t u = 0; u < without_first.size(); ++u) out[u + j] += take_first * without_first[u];
      for (std::size_t u = 0; u < without_second.size(); ++u) out[u] += (1 - take_first) * without_second[u];
    }
    row = std::move(next);
  }
  return row[m];
}

constexpr std::size_t largest_exact = 2500;

// Largest u with P(U <= u) <= 0.025, or nullopt.
std::optional<std::size_t> critical_u(std::size_t n, std::size_t m) {
  if (n * m <= largest_exact) {
    const std::vector<double> shares = u_distribution(n, m);
    double sum = 0;
    std::optional<std::size_t> u;
    for (std::size_t i = 0; i < shares.size() && (sum += shares[i]) <= 0.025; ++i) u = i;
    return u;
  }
  const double a = static_cast<double>(n), b = static_cast<double>(m);
  const double u = a * b / 2 - 0.5 - 1.959964 * std::sqrt(a * b * (a + b + 1) / 12);
  return u < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(u));
}

// Two-sided 95 % points of Student's t with 1 to 4 degrees of freedom.
constexpr std::array student{12.7062, 4.30265, 3.18245, 2.77645};

}  // namespace

double median(std::span<const double> values) { return middle(sorted(values)); }

std::optional<double> median_of(std::span<const double> values) {
  return values.empty() ? std::nullopt : std::optional(median(values));
}

double mean(std::span<const double> values) {
  return values.empty() ? nan : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_stddev(std::span<const double> values) {
  if (values.size() < 2) return nan;
  const double center = mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - center) * (v - center);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

std::optional<Interval> median_interval(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < 2) return std::nullopt;
  if (n <= student.size() + 1) {
    const double half = student[n - 2] * sample_stddev(values) / std::sqrt(static_cast<double>(n));
    return Interval{mean(values) - half, mean(values) + half};
  }
  // The interval from the k-th smallest to the k-th largest misses the median with 2 P(Binomial(n, 1/2) < k).
  double share = std::pow(0.5, static_cast<double>(n)), below = share;
  std::size_t k = 1;
  while (true) {
    share *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    if (2 * (below + share) > 0.05) break;
    below += share;
    ++k;
  }
  const std::vector<double> ascending = sorted(values);
  return Interval{ascending[k - 1], ascending[n - k]};
}

double relative_half_width(std::span<const double> values) {
  const auto interval = median_interval(values);
  return interval ? (interval->high - interval->low) / 2 / median(values) : std::numeric_limits<double>::infinity();
}

double mann_whitney_p(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 1;
  double u = 0;
  bool ties = false;
  for (const double x : a)
    for (const double y : b) {
      u += x < y ? 1 : x == y ? 0.5 : 0;
      ties |= x == y;
    }
  const double n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  u = std::min(u, n * m - u);
  if (!ties && a.size() * b.size() <= largest_exact) {
    const std::vector<double> shares = u_distribution(a.size(), b.size());
    double below = 0;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(u); ++i) below += shares[i];
    return std::min(1.0, 2 * below);
  }
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  double tied = 0;
  for (auto from = all.begin(); from != all.end();) {
    const auto to = std::upper_bound(from, all.end(), *from);
    const double t = static_cast<double>(to - from);
    tied += t * t * t - t;
    from = to;
  }
  const double total = n + m, variance = n * m / 12 * (total + 1 - tied / (total * (total - 1)));
  if (variance <= 0) return 1;
  return std::min(1.0, std::erfc(std::max(0.0, n * m / 2 - u - 0.5) / std::sqrt(2 * variance)));
}

Ratio ratio_of(std::span<const double> a, std::span<const double> b) {
  std::vector<double> ratios;
  for (const double x : a)
    for (const double y : b) ratios.push_back(y / x);
  std::sort(ratios.begin(), ratios.end());
  Ratio out{.value = middle(ratios), .p = mann_whitney_p(a, b)};
  if (a.empty() || b.empty()) return out;
  const auto u = critical_u(a.size(), b.size());
  if (u && 2 * *u + 1 < ratios.size()) out.interval = Interval{ratios[*u], ratios[ratios.size() - 1 - *u]};
  return out;
}

std::optional<double> noise_floor_pct(std::span<const double> samples) {
  std::vector<double> halves[2];
  for (std::size_t i = 0; i < samples.size(); ++i) halves[i % 2].push_back(samples[i]);
  const auto interval = ratio_of(halves[0], halves[1]).interval;
  if (!interval) return std::nullopt;
  return 100 * std::max(std::abs(interval->low - 1), std::abs(interval->high - 1));
}

}  // namespace cnnbench
