#include "cnnbench/measure/proportion.hpp"

#include <cmath>

namespace cnnbench {
namespace {

constexpr double z = 1.959964;  // normal distribution, 2.5 % above it

}  // namespace

Interval proportion_interval(const Proportion& p) {
  const double shrink = 1 + z * z / p.count;
  const double middle = (p.share + z * z / (2 * p.count)) / shrink;
  const double half = z / shrink * std::sqrt(p.share * (1 - p.share) / p.count + z * z / (4 * p.count * p.count));
  return {middle - half, middle + half};
}

Interval difference_interval(const Proportion& a, const Proportion& b) {
  const Interval of = proportion_interval(a), to = proportion_interval(b);
  const double difference = a.share - b.share;
  return {difference - std::hypot(a.share - of.low, to.high - b.share),
          difference + std::hypot(of.high - a.share, b.share - to.low)};
}

}  // namespace cnnbench
