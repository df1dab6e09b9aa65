#include "cnnbench/core/clock.hpp"

#include <time.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cnnbench/core/threads.hpp"
#include "pausable_clock.hpp"

namespace cnnbench {
namespace {

constexpr std::chrono::milliseconds between_beats{100};

double reading(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

PausableClock& process_clock() {
  static PausableClock clock([] { return reading(CLOCK_MONOTONIC); }, [] { return reading(CLOCK_BOOTTIME); });
  return clock;
}

}  // namespace

double seconds_now() { return process_clock().now(); }
double paused_seconds() { return process_clock().paused(); }

struct PauseWatch::Impl {
  Impl() {
    process_clock().watch();
    thread = started_thread("the clock", [this](const std::stop_token& stop) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      while (!wake.wait_for(lock, stop, between_beats, [&] { return stop.stop_requested(); })) seconds_now();
    });
  }
  ~Impl() { process_clock().unwatch(); }
  std::condition_variable_any wake;
  std::jthread thread;  // last: joined before what it uses goes
};

PauseWatch::PauseWatch() : impl_(std::make_unique<Impl>()) {}
PauseWatch::~PauseWatch() = default;

}  // namespace cnnbench
