#include "cnnbench/results/stragglers.hpp"

#include <cmath>

namespace cnnbench {
namespace {

constexpr std::size_t least_pairs_of_windows = 8;

// Normal distribution's share below x, to the n-th power, in logarithms: it is nothing or all for most x.
double all_below(double x, double n) { return std::exp(n * std::log(0.5 * std::erfc(-x / std::sqrt(2)))); }

double seconds_per_picture(const SpeedWindow& w) { return (w.seconds - w.data_wait) / static_cast<double>(w.pictures); }

}  // namespace

double expected_largest(std::int64_t n) {
  if (n < 2) return 0;
  // Beyond 9 deviations there is nothing for fewer than 1e18 draws. Midpoints: both ends are flat, so the error falls faster than
  // any power.
  constexpr double end = 9, step = 1.0 / 128;
  const double draws = static_cast<double>(n);
  double sum = 0;
  for (double x = step / 2; x < end; x += step) sum += 1 - all_below(x, draws) - all_below(-x, draws);
  return sum * step;
}

std::optional<double> step_variation(const RunResult& r) {
  double squares = 0, sum = 0;
  std::size_t pairs = 0;
  for (std::size_t i = r.steady.counts ? r.steady.from_window : 0; i + 1 < r.windows.size(); ++i) {
    const SpeedWindow &a = r.windows[i], &b = r.windows[i + 1];
    const bool warm = a.epoch > 1 || r.epochs.size() < 2;
    if (!warm || a.epoch != b.epoch || a.steps == 0 || b.steps == 0 || a.pictures == 0 || b.pictures == 0) continue;
    const double x = seconds_per_picture(a), y = seconds_per_picture(b);
    squares += (x - y) * (x - y) / (1 / static_cast<double>(a.steps) + 1 / static_cast<double>(b.steps));
    sum += (x + y) / 2;
    ++pairs;
  }
  if (pairs < least_pairs_of_windows || !(sum > 0)) return std::nullopt;
  const double count = static_cast<double>(pairs);
  return std::sqrt(squares / count) / (sum / count);
}

}  // namespace cnnbench
