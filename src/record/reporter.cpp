#include "record/reporter.hpp"

#include "cnnbench/core/clock.hpp"

namespace cnnbench {
namespace {

constexpr double interval_seconds = 0.25;

}  // namespace

void Reporter::tell(const Event& event) {
  if (!sink_) return;
  const auto output = clock_.in(Phase::output);
  sink_(event);
}

bool Reporter::is_due() {
  const double now = seconds_now();
  if (!sink_ || now - last_ < interval_seconds) return false;
  last_ = now;
  return true;
}

}  // namespace cnnbench
