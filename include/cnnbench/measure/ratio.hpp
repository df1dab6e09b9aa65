// How much faster one set of speeds is than another: the ratio, its 95 % interval, and the p value of "they are equal". Pure. Samples
// are speeds of independent processes (> 0), never the steps of one run. No noise is assumed to be normal.
//
// Interval and p are two sides of one test: the interval leaves 1 out exactly where p <= 0.05, ties included. A ratio of exactly 1 between
// two samples counts against a difference, so ties make the test careful and never the opposite.
#pragma once

#include <optional>
#include <span>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

struct Ratio {
  double value = 1;
  std::optional<Interval> interval{};  // none where so few samples cannot reach 95 %
  double p = 1;
};

// b over a, of two independent sets: the median of all b_j / a_i (Hodges and Lehmann, 1963, on logarithms) and the interval that inverts
// Mann and Whitney's test (1947): exact up to n m = 2500, beyond that the normal approximation with continuity correction. From four each on.
Ratio ratio_of(std::span<const double> a, std::span<const double> b);

// after over before, of pairs that were measured in turn (equally many): the median of the Walsh averages of log(after / before), and the
// interval that inverts Wilcoxon's signed-rank test (1945; Tukey 1949): exact up to 50 pairs, then normal. What both of a pair have in
// common cancels out. From six pairs on. Throws std::invalid_argument where the counts differ.
Ratio paired_ratio(std::span<const double> before, std::span<const double> after);

inline constexpr std::size_t least_for_ratio = 4, least_pairs = 6;  // for an interval

}  // namespace cnnbench
