#include "cnnbench/core/threads.hpp"

#include <pthread.h>

#include <latch>
#include <vector>

namespace cnnbench {

void require_threads(int count, std::string_view what, std::string_view remedy) {
  std::latch all_there(1);
  std::vector<std::jthread> threads;
  int failure = 0;
  try {
    while (static_cast<int>(threads.size()) < count) threads.emplace_back([&all_there] { all_there.wait(); });
  } catch (const std::system_error& e) {
    failure = e.code().value();
  }
  const std::size_t got = threads.size();
  all_there.count_down();
  threads.clear();
  if (failure != 0)
    throw Error(
        ExitCode::failed,
        fmt::format("{} of {} threads for {} could be started: {}", got, count, what, std::generic_category().message(failure)),
        fmt::format("{}, or {}", remedy, more_threads));
}

double cpu_seconds(clockid_t clock) {
  timespec used{};
  if (clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

double cpu_seconds_of(std::jthread& thread) {
  clockid_t clock{};
  return pthread_getcpuclockid(thread.native_handle(), &clock) == 0 ? cpu_seconds(clock) : 0;
}

}  // namespace cnnbench
