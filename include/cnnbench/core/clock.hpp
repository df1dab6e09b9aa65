// The one clock that durations are measured with: monotonic, in seconds from an arbitrary start.
#pragma once

#include <chrono>

namespace cnnbench {

inline double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace cnnbench
