// A loader that is started and stopped again and again, with more workers than cores, in every state that it can be left in: none
// hangs, and the thread sanitizer (preset tsan) finds nothing. CNNBENCH_DEEP=1 does it 10,000 times.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "pipeline/counted_pictures.hpp"

namespace cnnbench {
namespace {

// A cycle that takes this long hangs: SIGALRM then ends the test's process.
constexpr unsigned hung_seconds = 60;

TEST(StartStop, OfTheLoaderNeverHangs) {
  const int cycles = std::getenv("CNNBENCH_DEEP") != nullptr ? 10'000 : 100;
  CountedPictures pictures(40, {4, 4});
  const auto fine = pictures.before_decode;
  const auto failing = [](std::size_t i) {
    if (i % 7 == 3) throw std::runtime_error("bad");
  };
  int batches = 0, errors = 0;
  std::optional<Batch> held;  // outlives its loader
  for (int cycle = 0; cycle < cycles; ++cycle) {
    ::alarm(hung_seconds);
    RandomStream random{18, static_cast<std::uint64_t>(cycle)};
    const auto any = [&](int count) { return static_cast<int>(random.below(static_cast<std::uint64_t>(count))); };
    pictures.before_decode = any(4) == 0 ? std::function<void(std::size_t)>(failing) : fine;
    constexpr CacheMode caches[] = {CacheMode::none, CacheMode::encoded, CacheMode::decoded};
    LoaderOptions options{.workers = 16, .batch_size = 1 + any(8), .max_queue_size = 1 + any(20), .cache = caches[any(3)]};
    if (any(3) == 0) options.last_batch = static_cast<std::uint64_t>(any(4));
    Loader loader(pictures.dataset, {.backend = any(2) ? AugmentBackend::opencv : AugmentBackend::fused, .zoom = 0.2}, options);
    try {
      for (int taken = any(5); taken > 0; --taken)
        if (auto batch = loader.next()) {
          ++batches;
          held = std::move(batch);
        }
    } catch (const Error&) {
      ++errors;
    }
  }
  ::alarm(0);
  EXPECT_GT(batches, cycles / 4);
  EXPECT_GT(errors, cycles / 50);
}

}  // namespace
}  // namespace cnnbench
