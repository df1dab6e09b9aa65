// Statistics of a benchmark's repetitions. Pure; samples are speeds of independent processes, never the steps of one run.
// Nothing here assumes that noise is normal, except the interval of 2 to 5 samples, which says so.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace cnnbench {

struct Interval {
  double low = 0, high = 0;
  bool contains(double x) const { return low <= x && x <= high; }
};

std::vector<double> sorted(std::span<const double>);  // the smallest first

// Of an empty span: NaN.
double median(std::span<const double>);
std::optional<double> median_of(std::span<const double>);  // nullopt: there are none
double mean(std::span<const double>);
double sample_stddev(std::span<const double>);  // n - 1; NaN below two samples

// Two-sided 95 % point of Student's t, from one degree of freedom on.
double student_t95(int freedom);

// Interval of the median. n = 1: none. n from 2 to 5: Student's t about the mean, 95 % whatever is asked for, since no interval
// from order statistics reaches it there. From 6 on: order statistics, interpolated between the two whose binomial coverages lie on
// either side of `confidence` (Hettmansperger and Sheather 1986; Nyblom 1992): within a per cent of it for smooth distributions,
// symmetric or not. Where even the extremes do not reach `confidence` they are it (n = 6: 96.9 %). From 1,000 on the binomial is
// taken to be normal.
std::optional<Interval> median_interval(std::span<const double>, double confidence = 0.95);

// Half the 95 % interval's width over the median; infinite without an interval.
double relative_half_width(std::span<const double>);

// A cell of a benchmark may end before its last repetition where its interval is narrow. Whoever stops at a narrow interval stops
// more often at one that is too narrow: so none ends before `least_repetitions`, and what ended early states the interval of
// `early_confidence`. With both the stated intervals hold the median in 94 to 97 % of all cells (simulated:
// tests/decisions/early_stop_test.cpp).
inline constexpr std::size_t least_repetitions = 6;
inline constexpr double early_confidence = 0.968;
bool narrow_enough(std::span<const double>, double relative_half_width);

}  // namespace cnnbench
