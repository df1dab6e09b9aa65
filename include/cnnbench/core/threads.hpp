// Threads where the system may refuse them (ulimit -u, a container's pids limit): an Error that says so, instead of an end without
// a word.
#pragma once

#include <fmt/format.h>
#include <time.h>

#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "cnnbench/core/error.hpp"

namespace cnnbench {

inline constexpr const char* more_threads = "raise the limit of processes (ulimit -u, or the container's pids limit)";

// `what` it is for: "the telemetry".
template <class Thread = std::jthread, class F>
Thread started_thread(std::string_view what, F&& f) {
  try {
    return Thread(std::forward<F>(f));
  } catch (const std::system_error& e) {
    throw Error(ExitCode::failed, fmt::format("no thread for {} could be started: {}", what, e.code().message()), more_threads);
  }
}

// Whether so many threads can be had beside the calling one: they are started and ended. Before handing the number to a library
// that waits for ever, or ends the process, where it gets fewer (libgomp does both). Throws Error(failed) with a remedy.
void require_threads(int count, std::string_view what, std::string_view remedy);

// What a clock of processor time (CLOCK_THREAD_CPUTIME_ID) shows; 0 where the kernel keeps none.
double cpu_seconds(clockid_t);
// Of another thread, so far. That thread itself pays nothing.
double cpu_seconds_of(std::jthread&);

}  // namespace cnnbench
