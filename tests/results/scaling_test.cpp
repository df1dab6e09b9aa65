#include "cnnbench/results/scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cnnbench {
namespace {

// 1 MB/ms and no latency: a ring of two takes 1 ms for a megabyte.
const Interconnect a_megabyte_a_millisecond{.between = {0, 1e9}, .within = {}, .ranks_per_node = 1};

// A step of 9 ms, 6 of them back; two buckets of 1 MB, at a third of the way and at its end.
RankWork work() {
  return {.step = {.fixed = 0.001, .per_picture = 0.001},
          .backward_share = 2.0 / 3,
          .variation = 0,
          .buckets = {{1e6, 1.0 / 3}, {1e6, 1}},
          .hides_exchange = true};
}
ScalingQuestion weak() {
  return {.batch = 8, .scaling = Scaling::weak, .net = a_megabyte_a_millisecond, .algorithm = Algorithm::ring};
}

TEST(Scaling, WhatTheLastBucketTakesIsExposedAndTheRestHidden) {
  const Projected p = project(work(), weak(), 2);
  EXPECT_NEAR(p.compute_seconds, 0.009, 1e-12);
  EXPECT_NEAR(p.exchange_seconds, 0.002, 1e-12);
  EXPECT_NEAR(p.exposed_seconds, 0.001, 1e-12);  // the first, from 2 to 3 ms of 6, is beside the pass
  EXPECT_NEAR(p.step_seconds(), 0.010, 1e-12);
  EXPECT_NEAR(p.images_per_second, 16 / 0.010, 1e-6);
  EXPECT_NEAR(p.efficiency, 0.9, 1e-12);
}

TEST(Scaling, ABucketWaitsForTheOneBefore) {
  RankWork slow = work();
  slow.buckets[0].bytes = 5e6;  // from 2 to 7 ms: 1 ms beyond the pass, and the next after it
  EXPECT_NEAR(project(slow, weak(), 2).exposed_seconds, 0.002, 1e-12);
}

TEST(Scaling, OnTheCoresThatComputeNothingIsHidden) {
  RankWork cpu = work();
  cpu.hides_exchange = false;
  EXPECT_NEAR(project(cpu, weak(), 2).exposed_seconds, 0.002, 1e-12);
}

TEST(Scaling, AllWaitForTheSlowest) {
  RankWork uneven = work();
  uneven.variation = 0.1;
  const Projected p = project(uneven, weak(), 100);
  EXPECT_NEAR(p.straggler_seconds, 0.009 * 0.1 * 2.50759, 1e-8);
  EXPECT_NEAR(p.efficiency, 0.009 / p.step_seconds(), 1e-12);
}

TEST(Scaling, OneRankIsWhatWasMeasured) {
  RankWork uneven = work();
  uneven.variation = 0.1;
  for (const Scaling scaling : {Scaling::weak, Scaling::strong}) {
    ScalingQuestion q = weak();
    q.scaling = scaling;
    const Projected p = project(uneven, q, 1);
    EXPECT_DOUBLE_EQ(p.step_seconds(), 0.009);
    EXPECT_DOUBLE_EQ(p.efficiency, 1);
    EXPECT_EQ(p.exchange_seconds, 0);
  }
}

TEST(Scaling, StrongSharesOutTheBatchAndTheLargestShareCounts) {
  ScalingQuestion q = weak();
  q.scaling = Scaling::strong;
  const Projected p = project(work(), q, 3);  // 3, 3 and 2 pictures
  EXPECT_EQ(p.pictures, 3);
  EXPECT_NEAR(p.compute_seconds, 0.004, 1e-12);
  EXPECT_NEAR(p.images_per_second, 8 / p.step_seconds(), 1e-9);
  EXPECT_NEAR(p.efficiency, 0.009 / (3 * p.step_seconds()), 1e-12);
  EXPECT_EQ(project(work(), q, 50).pictures, 1);  // some have none; those with one count
}

TEST(Scaling, AWithoutEndFastNetworkLeavesAmdahlsLaw) {
  RankWork w = work();
  w.buckets.clear();
  ScalingQuestion q = weak();
  q.scaling = Scaling::strong;
  // A ninth of the step is fixed: 1 / (1 / 9 + 8 / 9 / 8) times as fast with 8.
  EXPECT_NEAR(project(w, q, 8).images_per_second / project(w, q, 1).images_per_second, 1 / (1.0 / 9 + 1.0 / 9), 1e-9);
}

TEST(Fitted, GoesThroughTwoPointsAndNeverBelowNothing) {
  const StepTime t = fitted({{16, 0.005}, {64, 0.017}});
  EXPECT_NEAR(t.fixed, 0.001, 1e-12);
  EXPECT_NEAR(t.per_picture, 0.00025, 1e-12);
  EXPECT_EQ(fitted({{32, 0.01}}).of(32), 0.01);
  const StepTime steep = fitted({{16, 0.001}, {32, 0.004}});  // twice as many took four times as long
  EXPECT_EQ(steep.fixed, 0);
  EXPECT_GT(steep.per_picture, 0);
  const StepTime flat = fitted({{16, 0.004}, {32, 0.003}});
  EXPECT_EQ(flat.per_picture, 0);
  EXPECT_GE(flat.fixed, 0.003);
}

TEST(StepAlone, IsWhatGivesTheMeasuredStepTogether) {
  RankWork w = work();
  w.variation = 0.05;
  for (const bool hides : {true, false}) {
    w.hides_exchange = hides;
    const double together = project(w, weak(), 4).step_seconds();
    EXPECT_NEAR(step_alone(w, a_megabyte_a_millisecond.between, 4, together).value(), 0.009, 1e-9);
  }
  EXPECT_FALSE(step_alone(w, a_megabyte_a_millisecond.between, 4, 0.0029));  // the exchange alone takes 3 ms
}

}  // namespace
}  // namespace cnnbench
