// Axes: from numbers to places on the paper, with ticks that people like (1, 2, 5 times a power of ten).
#pragma once

#include <string>
#include <vector>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench::report {

inline constexpr double log_beyond = 20;  // largest / smallest, from where bars of the smallest would not be seen

struct Scale {
  Interval domain{0, 1};
  bool logarithmic = false;
  std::vector<double> ticks{};
  double share(double value) const;  // of the axis, 0 to 1; what lies outside is put on its end
};

// Of bars: from 0, or logarithmic from a power of ten. Only finite values above 0 count. About `ticks` ticks.
Scale bar_scale(const std::vector<double>& values, std::size_t ticks);
// Of lines: around the values.
Scale line_scale(const std::vector<double>& values, std::size_t ticks);
Scale fixed_scale(Interval, std::size_t ticks);

// A tick's label, with as many decimals as its neighbours need: "1,500", "0.25".
std::string tick_label(double value, const Scale&);

}  // namespace cnnbench::report
