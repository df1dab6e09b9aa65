// What seconds_now() is made of, on clocks that a test may set.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

namespace cnnbench {

class PausableClock {
 public:
  using Source = std::function<double()>;
  // Both in seconds; `with_suspension` goes on while the machine is suspended, `steady` does not.
  PausableClock(Source steady, Source with_suspension);

  double now();
  double paused() const;
  void watch();    // from now on a gap is a pause
  void unwatch();  // as often as watch()

 private:
  void step_over(double steady);
  Source steady_, with_suspension_;
  double apart_;  // of the two, at the start
  std::atomic<int> watchers_{0};
  std::atomic<double> asked_{0}, left_out_{0};  // when a thread last asked, of the steady clock; the sum of all gaps
  std::mutex mutex_;
};

}  // namespace cnnbench
