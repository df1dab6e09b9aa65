// The one clock that durations are measured with: monotonic, in seconds from an arbitrary start, and without the time in which the
// program stood still. A suspended machine's steady clock (CLOCK_MONOTONIC) stands still too; a stopped program (Ctrl-Z, SIGSTOP, a
// frozen container or virtual machine) shows as a gap in which no thread has asked for the time, which is only so while a
// PauseWatch asks.
#pragma once

#include <cstdint>
#include <memory>

namespace cnnbench {

double seconds_now();
inline std::uint64_t nanoseconds_since(double start) { return static_cast<std::uint64_t>(1e9 * (seconds_now() - start)); }

// In which the program stood still so far: stopped while it was watched, or the machine suspended.
double paused_seconds();

// Keeps seconds_now() free of pauses while it lives. Shorter ones than a second are not told from a busy machine: they stay in.
// What is taken out begins where a thread last asked for the time, so a pause is up to a tenth of a second too long.
class PauseWatch {
 public:
  PauseWatch();
  ~PauseWatch();
  PauseWatch(const PauseWatch&) = delete;
  PauseWatch& operator=(const PauseWatch&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cnnbench
