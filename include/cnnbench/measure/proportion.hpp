// Shares of right answers, such as a validation accuracy over n pictures. Pure. The pictures are the sample: what another seed
// would have learned is no part of these intervals.
#pragma once

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

// So many of `count` were right, as a share from 0 to 1.
struct Proportion {
  double share = 0;
  double count = 0;  // above 0
};

// 95 % interval by the score test inverted (Wilson, Journal of the American Statistical Association 22, 1927).
Interval proportion_interval(const Proportion&);

// 95 % interval of a - b from both score intervals (Newcombe, Statistics in Medicine 17, 1998, method 10). For two independent
// sets; two answers about the same pictures, which mostly err together, differ by less than it says.
Interval difference_interval(const Proportion& a, const Proportion& b);

}  // namespace cnnbench
