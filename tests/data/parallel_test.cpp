#include "data/parallel.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <set>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

// As libgomp does to the thread that loads it: the pictures are listed, drawn and checked after that.
TEST(Parallel, UsesAllCoresOfTheProcessThoughTheCallerIsBoundToOne) {
  const std::vector<int> all = process_cpus().cpus;
  const auto count = static_cast<std::size_t>(process_cpus().count());
  std::mutex mutex;
  std::condition_variable came;
  std::set<std::thread::id> threads;
  std::set<std::size_t> cores_of_others;
  std::thread bound([&] {
    stay_on({all.front()});
    const std::thread::id caller = std::this_thread::get_id();
    for_each_parallel(count, [&](std::size_t) {
      std::unique_lock lock(mutex);
      threads.insert(std::this_thread::get_id());
      if (std::this_thread::get_id() != caller) cores_of_others.insert(usable_cpus().cpus.size());
      came.notify_all();
      came.wait_for(lock, std::chrono::seconds(30), [&] { return threads.size() == count; });  // each thread takes one
    });
  });
  bound.join();
  EXPECT_EQ(threads.size(), count);
  EXPECT_EQ(cores_of_others, count > 1 ? std::set{all.size()} : std::set<std::size_t>{});
}

TEST(Parallel, RethrowsTheErrorOfTheLowestIndex) {
  for (int i = 0; i < 20; ++i) try {
      for_each_parallel(100, [](std::size_t at) {
        if (at % 10 == 7) throw Error(ExitCode::failed, std::to_string(at), "");
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& e) {
      EXPECT_STREQ(e.what(), "7");
    }
}

}  // namespace
}  // namespace cnnbench
