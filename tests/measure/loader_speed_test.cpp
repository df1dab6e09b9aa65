#include "cnnbench/measure/loader_speed.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "pipeline/counted_pictures.hpp"

namespace cnnbench {
namespace {

TEST(LoaderSpeed, CountsWholePassesAndDecodesOnlyInTheFirstWithACache) {
  const CountedPictures pictures(20, {8, 8});
  Experiment e;
  e.loader.batch_size = 8;
  e.loader.workers = 2;
  e.loader.cache = CacheMode::decoded;
  const LoaderSpeed s = measure_loader(pictures.dataset, e, 0.02);
  EXPECT_EQ(s.workers, 2);
  EXPECT_EQ(s.cache, CacheMode::decoded);
  EXPECT_EQ(s.pictures % 20, 0U);
  EXPECT_GE(s.seconds, 0.02);
  EXPECT_NEAR(s.pipeline_only_ips, static_cast<double>(s.pictures) / s.seconds, 1e-9 * s.pipeline_only_ips);
  EXPECT_GT(s.first_pass_ips, 0);
  EXPECT_EQ(s.decode_us, 0);
  EXPECT_GT(s.augment_us, 0);
}

TEST(LoaderSpeed, WithoutACacheEveryPassDecodes) {
  const CountedPictures pictures(20, {8, 8});
  Experiment e;
  e.loader.cache = CacheMode::none;
  EXPECT_GT(measure_loader(pictures.dataset, e, 0.05).decode_us, 0);
}

TEST(LoaderSpeed, RefusesADeviceThatItHasNot) {
  const CountedPictures pictures(4, {8, 8});
  Experiment e;
  e.loader.cache = CacheMode::device;
  EXPECT_THROW(measure_loader(pictures.dataset, e, 0), Error);
}

}  // namespace
}  // namespace cnnbench
