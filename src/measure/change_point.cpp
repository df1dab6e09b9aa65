#include "cnnbench/measure/change_point.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cnnbench/core/random.hpp"
#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t least_segment = 3;  // a single odd value is no level
constexpr int permutations = 999;

// Around 0. Pulled in to five times the middle distance from the median: a pause of the machine is one slow value, however long it
// was.
std::vector<double> centered(std::span<const double> values) {
  const double center = median(values);
  std::vector<double> out, distances;
  for (const double v : values) {
    out.push_back(v - center);
    distances.push_back(std::abs(v - center));
  }
  if (const double limit = 5 * median(distances); limit > 0)
    for (double& x : out) x = std::clamp(x, -limit, limit);
  const double rest = mean(out);
  for (double& x : out) x -= rest;
  return out;
}

struct Split {
  std::size_t at = 0;
  double strength = 0;  // of no unit: only to be compared with that of as many other values
};

Split strongest(const std::vector<double>& values) {
  Split best;
  double before = 0;
  for (std::size_t at = 1; at + least_segment <= values.size(); ++at) {
    before += values[at - 1];
    const double strength = before * before / static_cast<double>(at * (values.size() - at));
    if (at >= least_segment && strength > best.strength) best = {at, strength};
  }
  return best;
}

bool by_chance(std::vector<double> values, double strength) {
  RandomStream random{0x636861, values.size()};
  strength *= 1 - 1e-9;  // the same values in another order may add up to a little less
  int as_strong = 1;     // what was seen is one of them
  for (int i = 0; i < permutations; ++i) {
    for (std::size_t n = values.size(); n > 1; --n) std::swap(values[n - 1], values[random.below(n)]);
    as_strong += strongest(values).strength >= strength ? 1 : 0;
    if (as_strong >= change_p * (permutations + 1)) return true;  // whatever the others say
  }
  return false;
}

}  // namespace

std::optional<Change> find_change(std::span<const double> values) {
  if (values.size() < 2 * least_segment) return std::nullopt;
  const std::vector<double> around = centered(values);
  const Split split = strongest(around);
  if (split.at == 0) return std::nullopt;  // all are equal
  const Change change{split.at, median(values.subspan(split.at)) / median(values.first(split.at)) - 1};
  if (!(std::abs(change.shift) >= least_shift) || by_chance(around, split.strength)) return std::nullopt;
  return change;
}

Settled settle(std::span<const double> values) {
  Settled out;
  if (values.size() < least_values) return out;
  while (const std::optional<Change> change = find_change(values.subspan(out.from))) {
    out.from += change->at;
    out.last_shift = change->shift;
  }
  out.state = 2 * out.from <= values.size() ? Settling::steady : Settling::changing;
  if (out.state == Settling::changing) out.from = 0;
  return out;
}

}  // namespace cnnbench
