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

Experiment asking(CacheMode cache, AugmentOn on) {
  Experiment e;
  e.loader.cache = cache;
  e.augment.on = on;
  return e;
}
constexpr CacheSizes sizes{.encoded = 100, .decoded = 1000};

TEST(Placement, AGpuWithRoomKeepsThePicturesAndAugmentsThem) {
  const InputPlan plan = place_input(asking(CacheMode::automatic, AugmentOn::automatic), sizes, 10000, 4000);
  EXPECT_EQ(plan.cache, CacheMode::device);
  EXPECT_TRUE(plan.augment_on_device);
  EXPECT_EQ(plan.host_cache(), CacheMode::none);
  EXPECT_EQ(plan.delivery(), Delivery::decoded);
  EXPECT_EQ(plan.delivery_later(), Delivery::only_draws);
}

TEST(Placement, WithoutThatRoomTheHostKeepsAndAugmentsThem) {
  for (const std::uint64_t device_bytes : {0, 3999}) {
    const InputPlan plan = place_input(asking(CacheMode::automatic, AugmentOn::automatic), sizes, 10000, device_bytes);
    EXPECT_EQ(plan.cache, CacheMode::decoded);
    EXPECT_FALSE(plan.augment_on_device);
    EXPECT_EQ(plan.delivery_later(), Delivery::warped);
  }
}

TEST(Placement, WhereToAugmentCanBeAskedFor) {
  EXPECT_EQ(place_input(asking(CacheMode::automatic, AugmentOn::cpu), sizes, 10000, 4000).cache, CacheMode::decoded);
  const InputPlan plan = place_input(asking(CacheMode::none, AugmentOn::device), sizes, 10000, 4000);
  EXPECT_EQ(plan.cache, CacheMode::none);
  EXPECT_EQ(plan.delivery_later(), Delivery::decoded);
}

TEST(Placement, TheTutorialReadsAndAugmentsOnTheCpu) {
  Experiment e = asking(CacheMode::device, AugmentOn::device);
  e.train.profile = Profile::tutorial;
  const InputPlan plan = place_input(e, sizes, 10000, 4000);
  EXPECT_EQ(plan.cache, CacheMode::none);
  EXPECT_FALSE(plan.augment_on_device);
}

}  // namespace
}  // namespace cnnbench
