// What counters moved while the program stood still: the machine's work in that time is no program's that ran beside it.
#pragma once

#include "window.hpp"

namespace cnnbench {

class LeftOut {
 public:
  // Between two readings lay a pause, which began and ended at unknown moments. Shares of the cores' time are of the rest: all of
  // this stretch is left out of them. Energy is left out by the pause's share of the time.
  void add_pause(const Counters& before, const Counters& after, double paused_seconds);
  Counters without(Counters) const;

 private:
  CpuTicks machine_;
  double process_seconds_ = 0, gpu_energy_j_ = 0, cpu_energy_j_ = 0;
};

}  // namespace cnnbench
