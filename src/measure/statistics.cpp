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

double middle(const std::vector<double>& ascending) {
  const std::size_t n = ascending.size();
  if (n == 0) return nan;
  return n % 2 == 1 ? ascending[n / 2] : (ascending[n / 2 - 1] + ascending[n / 2]) / 2;
}

constexpr std::size_t most_by_student = 5;  // samples: fewer than six have no 95 % interval from order statistics

constexpr std::size_t largest_binomial = 1000;  // 0.5^n is a number up to 1,074

// How deep into the sorted values the interval's ends lie: 1.25 is a quarter of the way from the second to the third.
// From the k-th smallest to the k-th largest misses the median with 2 P(Binomial(n, 1/2) < k).
double depth_of(std::size_t n, double confidence) {
  double share = std::pow(0.5, static_cast<double>(n)), below = share;
  double covers = 1 - 2 * below;
  if (covers <= confidence) return 0;
  for (std::size_t k = 1; k < n / 2; ++k) {
    share *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    below += share;
    const double next = 1 - 2 * below;
    if (next <= confidence) {
      const double part = (covers - confidence) / (covers - next), outside = static_cast<double>(n - k),
                   depth = static_cast<double>(k);
      return depth - 1 + outside * part / (depth + (outside - depth) * part);
    }
    covers = next;
  }
  return static_cast<double>(n / 2 - 1);
}

// The normal distribution's quantile, by halving: this is called a few times a report.
double normal_quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double x = (low + high) / 2;
    (0.5 * std::erfc(-x / std::sqrt(2)) < p ? low : high) = x;
  }
  return low;
}

double normal_depth(std::size_t n, double confidence) {
  const double count = static_cast<double>(n);
  return count / 2 - normal_quantile((1 + confidence) / 2) * std::sqrt(count) / 2 - 0.5;
}

}  // namespace

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> out(values.begin(), values.end());
  std::sort(out.begin(), out.end());
  return out;
}

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

double student_t95(int freedom) {
  constexpr std::array points{12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216, 2.22814};
  const auto at = static_cast<std::size_t>(freedom - 1);
  return at < points.size() ? points[at] : 1.96 + 2.5 / freedom;  // within 0.005 from there on
}

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  const std::size_t n = values.size();
  if (n < 2) return std::nullopt;
  if (n <= most_by_student) {
    const double half = student_t95(static_cast<int>(n) - 1) * sample_stddev(values) / std::sqrt(static_cast<double>(n));
    return Interval{mean(values) - half, mean(values) + half};
  }
  const double depth = n <= largest_binomial ? depth_of(n, confidence) : normal_depth(n, confidence);
  const auto whole = static_cast<std::size_t>(depth);
  const double share = depth - static_cast<double>(whole);
  const std::vector<double> ascending = sorted(values);
  const auto between = [share](double outer, double inner) { return outer + share * (inner - outer); };
  return Interval{between(ascending[whole], ascending[whole + 1]), between(ascending[n - 1 - whole], ascending[n - 2 - whole])};
}

double relative_half_width(std::span<const double> values) {
  const auto interval = median_interval(values);
  return interval ? (interval->high - interval->low) / 2 / median(values) : std::numeric_limits<double>::infinity();
}

bool narrow_enough(std::span<const double> values, double limit) {
  return values.size() >= least_repetitions && relative_half_width(values) <= limit;
}

}  // namespace cnnbench
