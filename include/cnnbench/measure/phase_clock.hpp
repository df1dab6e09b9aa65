// What a run's time was spent on: every moment belongs to one phase, so that phases add up by construction. A scope takes over from
// the one around it and gives back when it ends; nobody subtracts. One thread's; costs a look at the clock per change.
#pragma once

#include <array>
#include <cstddef>
#include <functional>

#include "cnnbench/core/clock.hpp"

namespace cnnbench {

enum class Phase { setup, data_wait, compute, evaluate, checkpoint, output };  // as Phases of a result has them

class PhaseClock {
 public:
  class Seconds {
   public:
    double operator[](Phase p) const { return of_[static_cast<std::size_t>(p)]; }
    double& operator[](Phase p) { return of_[static_cast<std::size_t>(p)]; }
    double sum() const;
    void add(const Seconds&);

   private:
    std::array<double, 6> of_{};
  };

  explicit PhaseClock(Phase first = Phase::setup, std::function<double()> now = seconds_now);

  // The rest of the enclosing block, less what scopes within it take.
  class Scope {
   public:
    Scope(PhaseClock& clock, Phase p) : clock_(clock), outer_(clock.phase_) { clock.change(p); }
    ~Scope() { clock_.change(outer_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    PhaseClock& clock_;
    Phase outer_;
  };
  [[nodiscard]] Scope in(Phase p) { return Scope(*this, p); }

  Seconds seconds();  // since take(), up to now
  Seconds take();     // likewise, and counts anew from here
  double elapsed();   // since the clock was made
  // As if it had run for `elapsed` seconds more, of which `so_far` came after the last take().
  void go_on(double elapsed, const Seconds& so_far);
  double taken() const { return since_ - start_; }  // likewise, up to the last take(): what all of them add up to

 private:
  void change(Phase to);
  // Never before what was seen last: seconds_now() leaves a pause out from some milliseconds before it on, which would make the phase
  // in which it fell negative, and the others begin before they did.
  double now() const;

  std::function<double()> now_;
  double start_, since_;
  Phase phase_;
  Seconds so_far_;
};

}  // namespace cnnbench
