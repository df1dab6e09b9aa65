// One piece of work at a time beside the training, on any core.
#pragma once

#include <functional>
#include <future>

namespace cnnbench {

class Background {
 public:
  // Whether the last one is done, however it ended: start() would not wait.
  bool idle() const;
  // Waits for the last one and throws what it threw, in which case this one is not begun. Where no thread can be made it is done
  // here.
  void start(std::function<void()> work);
  void wait();  // likewise

 private:
  std::future<void> running_;  // waits when it goes
};

}  // namespace cnnbench
