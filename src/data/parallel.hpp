// Runs f(0) ... f(count-1) on all cores this process may use, in any order (not on those of the calling thread: libgomp may have
// bound it to one). The error of the lowest index is rethrown, so that which one is reported does not depend on the threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "cnnbench/core/affinity.hpp"
#include "cnnbench/core/usable.hpp"

namespace cnnbench {

template <class F>
void for_each_parallel(std::size_t count, const F& f) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t failed = count;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        f(i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (i < failed) {
          failed = i;
          error = std::current_exception();
        }
        next = count;  // indices are handed out in order: a lower one is under way already
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    try {
      const UsableCpus& usable = process_cpus();
      for (std::size_t t = 1; t < std::min(static_cast<std::size_t>(usable.count()), count); ++t)
        threads.emplace_back([&] {
          stay_on(usable.cpus);
          work();
        });
    } catch (const std::system_error&) {  // as many as the system gives
    }
    work();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace cnnbench
