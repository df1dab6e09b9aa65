#include "cnnbench/measure/phase_clock.hpp"

#include <algorithm>
#include <numeric>

namespace cnnbench {

double PhaseClock::Seconds::sum() const { return std::accumulate(of_.begin(), of_.end(), 0.0); }

PhaseClock::PhaseClock(Phase first, std::function<double()> now)
    : now_(std::move(now)), start_(now_()), since_(start_), phase_(first) {}

double PhaseClock::now() const { return std::max(now_(), since_); }

void PhaseClock::change(Phase to) {
  const double now = this->now();
  so_far_[phase_] += now - since_;
  since_ = now;
  phase_ = to;
}

PhaseClock::Seconds PhaseClock::seconds() {
  change(phase_);
  return so_far_;
}

PhaseClock::Seconds PhaseClock::take() {
  const Seconds taken = seconds();
  so_far_ = {};
  return taken;
}

void PhaseClock::go_on(double elapsed, const Seconds& so_far) {
  start_ -= elapsed;
  so_far_.add(so_far);
}

void PhaseClock::Seconds::add(const Seconds& more) {
  std::transform(of_.begin(), of_.end(), more.of_.begin(), of_.begin(), std::plus<>());
}

double PhaseClock::elapsed() { return now() - start_; }

}  // namespace cnnbench
