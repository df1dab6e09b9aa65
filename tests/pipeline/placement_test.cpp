#include "cnnbench/pipeline/placement.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

TEST(Placement, ConfiguredNumbersAreTaken) {
  const Placement p = place_threads({.threads = 3}, {.workers = 5}, false, 2, CacheMode::decoded);
  EXPECT_EQ(p.compute_threads, 3);
  EXPECT_EQ(p.workers, 5);
}

TEST(Placement, OnTheCpuOneWorkerAugmentsDecodedPictures) {
  EXPECT_EQ(place_threads({}, {}, false, 16, CacheMode::decoded).workers, 1);
  EXPECT_EQ(place_threads({}, {}, false, 16, CacheMode::none).workers, 16);
}

TEST(Placement, OnCudaOneCoreFeedsTheDevice) {
  EXPECT_EQ(place_threads({}, {}, true, 16, CacheMode::decoded).workers, 15);
  EXPECT_EQ(place_threads({}, {}, true, 1, CacheMode::decoded).workers, 1);
}

TEST(Placement, TheTutorialHadOneWorker) {
  EXPECT_EQ(place_threads({.profile = Profile::tutorial}, {}, true, 16, CacheMode::none).workers, 1);
}

}  // namespace
}  // namespace cnnbench
