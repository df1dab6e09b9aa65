#include "pausable_clock.hpp"

namespace cnnbench {
namespace {

constexpr double shortest_pause = 1;      // seconds; on a machine that is merely busy some thread gets its turn sooner
constexpr double noted_each = 0.0001;     // seconds: not every reading is written down, which all threads would wait for
constexpr double least_suspension = 0.1;  // seconds: the two clocks are not read at the same moment

}  // namespace

PausableClock::PausableClock(Source steady, Source with_suspension)
    : steady_(std::move(steady)), with_suspension_(std::move(with_suspension)), apart_(with_suspension_() - steady_()) {}

double PausableClock::now() {
  while (true) {
    const double left_out = left_out_;
    const double steady = steady_();
    if (watchers_ > 0) {
      double asked = asked_;
      if (steady - asked > shortest_pause) {
        step_over(steady);
        continue;
      }
      // Not where another thread was here first: this one may have been stopped after it read the clock.
      if (steady - asked > noted_each) asked_.compare_exchange_strong(asked, steady);
    }
    if (left_out_ == left_out) return steady - left_out;  // else it was stopped in between
  }
}

void PausableClock::step_over(double steady) {
  const std::lock_guard lock(mutex_);
  const double gap = steady - asked_;
  if (gap <= shortest_pause) return;         // another thread did
  left_out_ = left_out_ + gap - noted_each;  // readings that were not written down are up to that much later than the last that was
  asked_ = steady;
}

double PausableClock::paused() const {
  const double suspended = with_suspension_() - steady_() - apart_;
  return left_out_ + (suspended > least_suspension ? suspended : 0);
}

void PausableClock::watch() {
  const std::lock_guard lock(mutex_);
  if (watchers_ == 0) asked_ = steady_();
  ++watchers_;
}

void PausableClock::unwatch() { --watchers_; }

}  // namespace cnnbench
