// Statistics of a benchmark's repetitions. Pure; samples are speeds of independent processes, never the steps of one run.
// Nothing here assumes that noise is normal, except the interval of 2 to 5 samples, which says so.
#pragma once

#include <optional>
#include <span>

namespace cnnbench {

struct Interval {
  double low = 0, high = 0;
  bool contains(double x) const { return low <= x && x <= high; }
};

// Of an empty span: NaN.
double median(std::span<const double>);
std::optional<double> median_of(std::span<const double>);  // nullopt: there are none
double mean(std::span<const double>);
double sample_stddev(std::span<const double>);  // n - 1; NaN below two samples

// 95 % interval of the median. n = 1: none. n from 2 to 5: Student's t about the mean, for no interval from order statistics
// reaches 95 % there. From 6 on: the order statistics whose binomial coverage is at least 95 %, exact for any continuous
// distribution (Conover, Practical Nonparametric Statistics, 3.2). A percentile bootstrap would cover less than it says here.
std::optional<Interval> median_interval(std::span<const double>);

// Half the interval's width over the median; infinite without an interval.
double relative_half_width(std::span<const double>);

// Two-sided p value of Mann and Whitney's U (1947). Exact where n * m <= 2500 and no two values are equal, else the normal
// approximation corrected for ties and continuity. 1 where a side is empty.
double mann_whitney_p(std::span<const double> a, std::span<const double> b);

// How much faster b is than a: the median of all ratios b_j / a_i (Hodges and Lehmann, 1963, on logarithms), and the 95 %
// interval that inverts the test above, so that the interval leaves 1 out exactly where p < 0.05. No interval where so few samples
// cannot reach 95 % (fewer than four each).
struct Ratio {
  double value = 1;
  std::optional<Interval> interval{};
  double p = 1;
};
Ratio ratio_of(std::span<const double> a, std::span<const double> b);


// How far apart two halves of the same thing look, in per cent: the samples dealt out in turn, and the end of their ratio's interval
// that lies farther from 1. nullopt below eight samples.
std::optional<double> noise_floor_pct(std::span<const double>);

}  // namespace cnnbench
