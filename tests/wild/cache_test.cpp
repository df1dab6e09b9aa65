// loader.cache=auto counts what it keeps: both sets.
#include <gtest/gtest.h>

#include "cnnbench/pipeline/cache.hpp"

namespace cnnbench {
namespace {

Dataset pictures(std::size_t count, std::size_t stored_bytes) {
  Dataset set;
  set.class_names = {"a", "b"};
  set.labels.assign(count, 0);
  set.size = {10, 10};
  set.fetch = [stored_bytes](std::size_t, Bytes& out) { out.resize(stored_bytes); };
  return set;
}

TEST(WildCache, AutoCountsTheValidationSetToo) {
  Splits splits;
  splits.train = pictures(100, 20);
  splits.validation = pictures(900, 20);
  const CacheSizes train = cache_sizes(splits.train), both = cache_sizes(splits);
  EXPECT_EQ(both.decoded, 1000u * 300);
  EXPECT_EQ(both.encoded, 10 * train.encoded);
  // Memory for the training set alone: that would be kept decoded, and validation would have none.
  const std::uint64_t memory = 2 * train.decoded + 60'000;
  EXPECT_EQ(choose_cache(CacheMode::automatic, train, memory), CacheMode::decoded);
  EXPECT_EQ(choose_cache(CacheMode::automatic, both, memory), CacheMode::encoded);
}

}  // namespace
}  // namespace cnnbench
