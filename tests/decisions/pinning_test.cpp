// Issue 15, 9: a row may not mix float32 and bfloat16. What a cell leaves open is resolved once, by its first repetition.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/results/repetition.hpp"
#include "support/repetition.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

Json repetition(double ips, const std::string& precision) {
  return test::repetition(ips, {{"precision", precision}, {"workers", 3}, {"cache", "decoded"}});
}

// What a config needs to be one.
Experiment open_experiment() {
  Experiment e;
  e.name = "open";
  e.model.preset = "catdog_original";
  e.train.precision = Precision::automatic;
  return e;
}

TEST(Pinning, LaterProcessesGetWhatTheFirstOneResolved) {
  ASSERT_EQ(open_experiment().train.precision, Precision::automatic);
  const Experiment later = pinned(open_experiment(), {repetition(10, "bfloat16")});
  EXPECT_EQ(later.train.precision, Precision::bfloat16);
  EXPECT_EQ(later.loader.cache, CacheMode::decoded);
  EXPECT_EQ(later.loader.workers, 3);
  EXPECT_EQ(later.augment.on, AugmentOn::cpu);
  EXPECT_EQ(later.train.graph, GraphMode::off);
  EXPECT_EQ(later.train.threads, 2);
  EXPECT_EQ(later.train.device, "cpu");
}

// As after --resume, where the first sample of a cell may be an error.
TEST(Pinning, WhatFailedPinsNothing) {
  const Json failed{{"error", "out of memory"}};
  EXPECT_EQ(pinned(open_experiment(), {failed}), open_experiment());
  EXPECT_EQ(pinned(open_experiment(), {}), open_experiment());
  EXPECT_EQ(pinned(open_experiment(), {failed, repetition(10, "float32")}).train.precision, Precision::float32);
}

TEST(Pinning, RepetitionsOfTwoPrecisionsAreNoRow) {
  Row row;
  fold(row, {repetition(10, "float32"), repetition(11, "float32"), repetition(8, "bfloat16")});
  EXPECT_EQ(row.status, "failed");
  EXPECT_THAT(row.error, HasSubstr("precision float32 and bfloat16"));
  EXPECT_FALSE(row.median_ips);
  EXPECT_TRUE(row.samples_ips.empty());
}

}  // namespace
}  // namespace cnnbench
