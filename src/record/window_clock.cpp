#include "record/window_clock.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

constexpr std::uint64_t most = 4000;  // of a run: more than a plot shows

}  // namespace

WindowClock::WindowClock(int epochs, std::uint64_t steps_per_epoch)
    : steps_per_epoch_(std::max<std::uint64_t>(steps_per_epoch, 1)),
      per_epoch_(std::min({windows_per_epoch, steps_per_epoch_,
                           std::max<std::uint64_t>(1, most / static_cast<std::uint64_t>(std::max(epochs, 1)))})) {}

void WindowClock::begin(int epoch) {
  epoch_ = epoch;
  steps_ = pictures_ = 0;
  last_ = {};
}

void WindowClock::go_on(std::vector<SpeedWindow> windows, const SpeedWindow& open, const Reading& closed) {
  windows_ = std::move(windows);
  epoch_ = open.epoch;
  steps_ = open.steps;
  pictures_ = open.pictures;
  last_ = closed;
}

void WindowClock::close(const Reading& now) {
  windows_.push_back({.epoch = epoch_,
                      .steps = steps_,
                      .pictures = pictures_,
                      .seconds = now.busy - last_.busy,
                      .data_wait = now.data_wait - last_.data_wait});
  last_ = now;
  steps_ = pictures_ = 0;
}

void WindowClock::end(const Reading& epoch) {
  if (steps_ > 0) return close(epoch);
  if (windows_.empty() || windows_.back().epoch != epoch_) return;
  // Stopped right after a window had closed: what followed, waiting for the device, belongs to that window's steps.
  windows_.back().seconds += epoch.busy - last_.busy;
  windows_.back().data_wait += epoch.data_wait - last_.data_wait;
  last_ = epoch;
}

}  // namespace cnnbench
