#include "train/background.hpp"

#include <chrono>
#include <system_error>

#include "cnnbench/core/affinity.hpp"
#include "cnnbench/core/usable.hpp"

namespace cnnbench {

bool Background::idle() const {
  return !running_.valid() || running_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void Background::start(std::function<void()> work) {
  wait();
  try {
    running_ = std::async(std::launch::async, [work] {
      stay_on(process_cpus().cpus);
      work();
    });
  } catch (const std::system_error&) {
    work();
  }
}

void Background::wait() {
  if (running_.valid()) running_.get();
}

}  // namespace cnnbench
