// Cuts an epoch's steps into windows of equal length and keeps what each took: RunResult::windows. Costs a look at the clock per
// window; waits for no device.
#pragma once

#include <cstdint>
#include <vector>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

class WindowClock {
 public:
  WindowClock(int epochs, std::uint64_t steps_per_epoch);
  // What the trainer's clocks say of the epoch so far.
  struct Reading {
    double busy = 0, data_wait = 0;  // seconds; busy: data_wait and compute
  };
  void begin(int epoch);
  // Amid an epoch, between two steps: the window that is not full, with `epoch`, steps and pictures; and what the full ones took.
  SpeedWindow open() const { return {.epoch = epoch_, .steps = steps_, .pictures = pictures_}; }
  const Reading& closed() const { return last_; }
  void go_on(std::vector<SpeedWindow> windows, const SpeedWindow& open, const Reading& closed);
  // After a step, 1-based; `read` is asked where it is the last of its window.
  template <class Read>
  void step(std::uint64_t number, std::uint64_t pictures, Read&& read) {
    ++steps_;
    pictures_ += pictures;
    if (number < steps_per_epoch_ && is_last(number)) close(read());
  }
  // The rest of the epoch, however many steps it had: its windows add up to what is said here.
  void end(const Reading& epoch);

  // Of an epoch that failed.
  void drop(int epoch) {
    std::erase_if(windows_, [epoch](const SpeedWindow& w) { return w.epoch == epoch; });
  }

  const std::vector<SpeedWindow>& windows() const { return windows_; }

 private:
  bool is_last(std::uint64_t step) const {
    return step * per_epoch_ / steps_per_epoch_ != (step - 1) * per_epoch_ / steps_per_epoch_;
  }
  void close(const Reading&);

  std::uint64_t steps_per_epoch_, per_epoch_;
  int epoch_ = 0;
  std::uint64_t steps_ = 0, pictures_ = 0;
  Reading last_;
  std::vector<SpeedWindow> windows_;
};

}  // namespace cnnbench
