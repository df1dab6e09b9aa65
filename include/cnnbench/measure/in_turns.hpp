// Which of two ways of doing the same is faster here: both timed in turns, so that a busy moment of the machine hits both, and for
// as long as it takes to tell them apart, no longer.
#pragma once

#include <functional>

namespace cnnbench {

struct TurnEffort {
  int most_rounds = 8;         // after the first, which warms up
  double seconds = 0.15;       // no further round once so much was spent on rounds that count; a round that began ends
  double clear = 1.5;          // ratio at which two rounds that count are enough, if the warm-up did not say otherwise
  double nearly_clear = 1.15;  // ratio at which five are
};

struct Turns {
  double first = 0, second = 0;  // seconds, the least of the rounds that count: what disturbs adds
  int rounds = 0;                // that count
};

// first() and second() do it once and give the seconds that it took.
Turns time_in_turns(const std::function<double()>& first, const std::function<double()>& second, const TurnEffort& = {});

// Whether to take the second. The first is preferred: the second must be faster by more than this, so that a choice between
// equals does not change from run to run.
inline constexpr double turn_margin = 0.03;
inline bool second_is_faster(const Turns& t) { return t.second < (1 - turn_margin) * t.first; }

}  // namespace cnnbench
