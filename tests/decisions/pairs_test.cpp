// What is measured in pairs is analysed as pairs: what both of a pair have in common, the machine's minute, cancels out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/measure/tune.hpp"
#include "cnnbench/results/row.hpp"
#include "support/noise.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A machine that is up to a third slower from one pair to the next; within a pair it is the same to half a per cent.
struct Moody {
  RandomStream random{11};
  double level = 0;
  int calls = 0;
  double operator()(double factor) {
    if (calls++ % 2 == 0) level = 1000 * (1 - random.unit() / 3);
    return level * factor * (1 + 0.005 * test::normal(random));
  }
};

TEST(Pairs, SeeAGainThatTheMachinesMoodHides) {
  int paired = 0, unpaired = 0;
  Moody machine;
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<double> before, after;
    for (int i = 0; i < 8; ++i) {
      before.push_back(machine(1));
      after.push_back(machine(1.03));
    }
    paired += paired_ratio(before, after).interval->low > 1;
    unpaired += ratio_of(before, after).interval->low > 1;
  }
  EXPECT_GE(paired, 95);
  EXPECT_LE(unpaired, 15);
}

TEST(Pairs, CallEqualsDifferentInFivePerCent) {
  int called = 0;
  Moody machine;
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<double> before, after;
    for (int i = 0; i < 8; ++i) {
      before.push_back(machine(1));
      after.push_back(machine(1));
    }
    called += !paired_ratio(before, after).interval->contains(1);
  }
  EXPECT_LE(called, 65);
}

TEST(Pairs, TuneKeepsASmallGainOnAMoodyMachine) {
  Moody machine;
  const MeasureSets measure = [&](const std::vector<std::string>& sets) { return machine(sets.empty() ? 1 : 1.04); };
  EXPECT_THAT(tune({{"cache", "none", {"decoded"}, false}}, measure, {}).sets, ElementsAre("cache=decoded"));
}

TEST(Pairs, WhatTheEndContradictsIsNotRecommended) {
  int calls = 0;
  // Faster while it is tried, slower at the end.
  const MeasureSets measure = [&](const std::vector<std::string>& sets) {
    return sets.empty() ? 100.0 : calls++ < 6 ? 110.0 : 80.0;
  };
  const Tuned tuned = tune({{"cache", "none", {"decoded"}, false}}, measure, {});
  EXPECT_TRUE(tuned.steps.at(0).kept);
  EXPECT_TRUE(tuned.contradicted);
  EXPECT_THAT(tuned.sets, IsEmpty());
}

TEST(Pairs, APredictionsErrorHasThePairsInterval) {
  Row row;
  row.device = "cpu";
  row.cache = "none";
  row.workers = row.cpus_usable = 1;
  row.samples_ips = {100, 100, 100, 100, 100, 100};
  row.auto_cache = "decoded";
  row.threads = 1;
  row.samples_loader_ips = {190};
  row.samples_network_ips = {200};
  row.samples_data_wait_pct = {50};
  row.samples_counted_seconds = {10};
  row.samples_loader_core_pct = {50};
  row.worker_read_us = row.worker_augment_us = 100;
  row.worker_decode_us = 5000;
  Moody machine;
  for (int i = 0; i < 6; ++i) {
    row.samples_before_remedy_ips.push_back(machine(1));
    row.samples_remedy_ips.push_back(machine(3));
  }
  summarize(row);
  ASSERT_TRUE(row.predicted_ips && row.prediction_error_pct && row.prediction_error_low_pct);
  const double gain = *row.predicted_ips / 100;
  EXPECT_NEAR(*row.prediction_error_pct, 100 * (gain / 3 - 1), 2);
  EXPECT_LT(*row.prediction_error_low_pct, *row.prediction_error_pct);
  EXPECT_GT(*row.prediction_error_high_pct, *row.prediction_error_pct);
  row.samples_before_remedy_ips.resize(5);
  row.samples_remedy_ips.resize(5);
  summarize(row);
  EXPECT_TRUE(row.prediction_error_pct && !row.prediction_error_low_pct);
}

}  // namespace
}  // namespace cnnbench
