// Tells whoever listens what a run does; their time is the phase `output`.
#pragma once

#include <functional>
#include <string>

#include "cnnbench/measure/phase_clock.hpp"
#include "cnnbench/record/events.hpp"

namespace cnnbench {

class Reporter {
 public:
  Reporter(std::function<void(const Event&)> sink, PhaseClock& clock) : sink_(std::move(sink)), clock_(clock) {}
  void tell(const Event&);
  void warn(const std::string& text) { tell(Warned{text}); }
  // Whether the next of many events may be told: four a second. Nobody listens: never.
  bool is_due();

 private:
  std::function<void(const Event&)> sink_;
  PhaseClock& clock_;
  double last_ = 0;
};

}  // namespace cnnbench
