#include "cnnbench/measure/ratio.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t largest_exact_product = 2500, largest_exact_pairs = 50;
constexpr double normal_point = 1.959964;  // two-sided 95 %

bool are_speeds(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v) && v > 0; });
}

// How often each value of U comes up among all orders of n and m values: Mann and Whitney's recurrence
// N(u; n, m) = N(u - m; n - 1, m) + N(u; n, m - 1), as shares so that nothing overflows.
std::vector<double> u_distribution(std::size_t n, std::size_t m) {
  std::vector<std::vector<double>> row(m + 1, std::vector<double>{1.0});  // row[j] after round i: the distribution for (i, j)
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

// Of Wilcoxon's T of n pairs: each rank is in the sum or not, with equal chances.
std::vector<double> t_distribution(std::size_t n) {
  std::vector<double> shares{1.0};
  for (std::size_t rank = 1; rank <= n; ++rank) {
    std::vector<double> next(shares.size() + rank, 0.0);
    for (std::size_t t = 0; t < shares.size(); ++t) {
      next[t] += shares[t] / 2;
      next[t + rank] += shares[t] / 2;
    }
    shares = std::move(next);
  }
  return shares;
}

// The distribution of a count under "equal": its shares where it is exact, else a normal one.
struct Null {
  std::vector<double> shares;
  double middle = 0, sd = 1;

  double p(std::uint64_t count) const {  // two-sided
    if (shares.empty())
      return std::min(1.0, std::erfc(std::max(0.0, middle - static_cast<double>(count) - 0.5) / (sd * std::sqrt(2))));
    double below = 0;
    for (std::size_t i = 0; i <= count && i < shares.size(); ++i) below += shares[i];
    return std::min(1.0, 2 * below);
  }
  // The largest count with p <= 0.05.
  std::optional<std::uint64_t> critical() const {
    if (shares.empty()) {
      const double count = middle - 0.5 - normal_point * sd;
      return count < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(count));
    }
    double below = 0;
    std::optional<std::uint64_t> out;
    for (std::size_t i = 0; i < shares.size() && 2 * (below += shares[i]) <= 0.05; ++i) out = i;
    return out;
  }
};

Null null_of_u(std::size_t n, std::size_t m) {
  if (n * m <= largest_exact_product) return {.shares = u_distribution(n, m)};
  const double a = static_cast<double>(n), b = static_cast<double>(m);
  return {.shares = {}, .middle = a * b / 2, .sd = std::sqrt(a * b * (a + b + 1) / 12)};
}

Null null_of_t(std::size_t n) {
  if (n <= largest_exact_pairs) return {.shares = t_distribution(n)};
  const double a = static_cast<double>(n);
  return {.shares = {}, .middle = a * (a + 1) / 4, .sd = std::sqrt(a * (a + 1) * (2 * a + 1) / 24)};
}

// A set of numbers that is not written out, by how many of them are at most x, and how many are below it.
struct Counted {
  std::uint64_t size;
  std::function<std::uint64_t(double x, bool or_equal)> below;
  // The k-th smallest, from 0. Positive doubles are ordered like their bits: 64 halvings find it whatever the size.
  double operator[](std::uint64_t k) const {
    std::uint64_t low = 0, high = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::max());
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (below(std::bit_cast<double>(middle), true) > k)
        high = middle;
      else
        low = middle + 1;
    }
    return std::bit_cast<double>(low);
  }
  double middle() const { return size % 2 == 1 ? (*this)[size / 2] : ((*this)[size / 2 - 1] + (*this)[size / 2]) / 2; }
};

Ratio inverted(const Counted& ratios, const Null& null) {
  Ratio out{.value = ratios.middle()};
  const std::uint64_t below = ratios.below(1, false), equal = ratios.below(1, true) - below;
  out.p = null.p(std::min(below, ratios.size - below - equal) + equal);
  if (const auto u = null.critical(); u && 2 * *u + 1 < ratios.size)
    out.interval = Interval{ratios[*u], ratios[ratios.size - 1 - *u]};
  return out;
}

}  // namespace

Ratio ratio_of(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty() || !are_speeds(a) || !are_speeds(b)) return {.value = median(b) / median(a)};
  const std::vector<double> x = sorted(a), y = sorted(b);
  const auto below = [&](double limit, bool or_equal) {
    std::uint64_t count = 0;
    std::size_t j = 0;  // grows with x: y / x does not grow with x
    for (const double from : x) {
      while (j < y.size() && (or_equal ? y[j] / from <= limit : y[j] / from < limit)) ++j;
      count += j;
    }
    return count;
  };
  return inverted({x.size() * y.size(), below}, null_of_u(x.size(), y.size()));
}

Ratio paired_ratio(std::span<const double> before, std::span<const double> after) {
  if (before.size() != after.size()) throw std::invalid_argument("paired_ratio: there are not equally many before and after");
  if (before.empty() || !are_speeds(before) || !are_speeds(after)) return {.value = median(after) / median(before)};
  std::vector<double> ratios;
  for (std::size_t i = 0; i < before.size(); ++i) ratios.push_back(after[i] / before[i]);
  std::sort(ratios.begin(), ratios.end());
  // Geometric means of all pairs of ratios, each with itself too.
  const auto below = [&](double limit, bool or_equal) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < ratios.size(); ++i) {
      const auto over = [&](double other) {
        const double walsh = ratios[i] == other ? other : std::sqrt(ratios[i] * other);
        return or_equal ? walsh <= limit : walsh < limit;
      };
      const auto from = ratios.begin() + static_cast<std::ptrdiff_t>(i);
      count += static_cast<std::uint64_t>(std::partition_point(from, ratios.end(), over) - from);
    }
    return count;
  };
  const std::uint64_t n = ratios.size();
  return inverted({n * (n + 1) / 2, below}, null_of_t(ratios.size()));
}

}  // namespace cnnbench
