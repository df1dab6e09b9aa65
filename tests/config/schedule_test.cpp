#include "cnnbench/config/schedule.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

double rate(const TrainConfig& train, double epoch) { return scheduled_rate({.train = train}, epoch); }

TEST(Schedule, StepAndCosine) {
  const TrainConfig step{.learning_rate = 0.1, .schedule = ScheduleKind::step, .schedule_epochs = 350, .schedule_factor = 0.1};
  EXPECT_DOUBLE_EQ(rate(step, 349.9), 0.1);
  EXPECT_NEAR(rate(step, 350), 0.01, 1e-12);
  EXPECT_NEAR(rate(step, 700), 0.001, 1e-12);
  const TrainConfig cosine{.epochs = 10, .learning_rate = 1, .schedule = ScheduleKind::cosine};
  EXPECT_DOUBLE_EQ(rate(cosine, 0), 1);
  EXPECT_NEAR(rate(cosine, 5), 0.5, 1e-12);
  EXPECT_NEAR(rate(cosine, 10), 0, 1e-12);
  EXPECT_DOUBLE_EQ(rate({.learning_rate = 3}, 7), 3);
}

// Goyal et al. 2017: 0.1 for 256 pictures, 3.2 for 8,192, reached after 5 epochs from 0.1.
TEST(Schedule, ScalesWithThePicturesOfAnUpdateAndWarmsUp) {
  Experiment e{.loader = {.batch_size = 8192}, .train = {.learning_rate = 0.1, .learning_rate_batch = 256, .warmup_epochs = 5}};
  EXPECT_DOUBLE_EQ(scheduled_rate(e, 0), 0.1);
  EXPECT_NEAR(scheduled_rate(e, 2.5), (0.1 + 3.2) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(scheduled_rate(e, 5), 3.2);
  EXPECT_DOUBLE_EQ(scheduled_rate(e, 20), 3.2);
  e.loader.batch_size = 1024;
  e.train.global_batch_size = 8192;  // eight of them make an update
  EXPECT_EQ(batches_per_update(e), 8);
  EXPECT_EQ(pictures_per_update(e), 8192);
  EXPECT_DOUBLE_EQ(scheduled_rate(e, 5), 3.2);
}

TEST(Schedule, AWarmUpEndsWhereTheScheduleStands) {
  const TrainConfig alone{.learning_rate = 2, .warmup_epochs = 4};
  EXPECT_DOUBLE_EQ(rate(alone, 0), 0);
  EXPECT_DOUBLE_EQ(rate(alone, 1), 0.5);
  EXPECT_DOUBLE_EQ(rate(alone, 4), 2);
  const TrainConfig cosine{.epochs = 10, .learning_rate = 1, .schedule = ScheduleKind::cosine, .warmup_epochs = 5};
  EXPECT_NEAR(rate(cosine, 4.999999), 0.5, 1e-5);
  EXPECT_NEAR(rate(cosine, 5), 0.5, 1e-12);
}

TEST(Schedule, OneBatchIsAnUpdateUnlessMoreAreAskedFor) {
  EXPECT_EQ(batches_per_update({.loader = {.batch_size = 32}}), 1);
  EXPECT_EQ(pictures_per_update({.loader = {.batch_size = 32}}), 32);
  EXPECT_EQ(batches_per_update({.loader = {.batch_size = 32}, .train = {.global_batch_size = 32}}), 1);
}

}  // namespace
}  // namespace cnnbench
