#include "cnnbench/measure/in_turns.hpp"

#include <algorithm>
#include <limits>

namespace cnnbench {
namespace {

double apart(double a, double b) { return std::max(a, b) / std::max(std::min(a, b), std::numeric_limits<double>::min()); }

// Enough rounds for how far apart the two are.
bool decided(const Turns& t, bool warm_up_agrees, const TurnEffort& effort) {
  const double ratio = apart(t.first, t.second);
  return (t.rounds >= 2 && ratio >= effort.clear && warm_up_agrees) || (t.rounds >= 5 && ratio >= effort.nearly_clear);
}

}  // namespace

Turns time_in_turns(const std::function<double()>& first, const std::function<double()>& second, const TurnEffort& effort) {
  const double cold_first = first(), cold_second = second();
  Turns t{.first = std::numeric_limits<double>::max(), .second = std::numeric_limits<double>::max()};
  double spent = 0;
  do {
    const double a = first(), b = second();
    t.first = std::min(t.first, a);
    t.second = std::min(t.second, b);
    ++t.rounds;
    spent += a + b;
  } while (!decided(t, (cold_first < cold_second) == (t.first < t.second), effort) && t.rounds < effort.most_rounds &&
           spent < effort.seconds);
  return t;
}

}  // namespace cnnbench
