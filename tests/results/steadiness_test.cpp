// Which windows make a run's figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Windows of one step of 10 pictures, a tenth of each waiting; `seconds` of epoch 1, then of epoch 2, ...
RunResult run_of(const std::vector<std::vector<double>>& epochs) {
  RunResult r;
  r.device = "cpu";
  int epoch = 0;
  for (const std::vector<double>& seconds : epochs) {
    EpochRow row{.epoch = ++epoch};
    for (const double s : seconds) {
      r.windows.push_back({.epoch = epoch, .steps = 1, .pictures = 10, .seconds = s, .data_wait = 0.1 * s});
      row.steps += 1;
      row.pictures += 10;
      row.seconds.data_wait += 0.1 * s;
      row.seconds.compute += 0.9 * s;
    }
    summarize(row, r);
    r.epochs.push_back(row);
  }
  return r;
}

std::vector<double> level(std::size_t n, double seconds) {
  std::vector<double> out(n, seconds);
  for (std::size_t i = 0; i < n; ++i) out[i] *= 1 + 1e-4 * static_cast<double>(i * 7 % 5);
  return out;
}

std::vector<double> joined(std::vector<double> a, const std::vector<double>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Steadiness, TheFirstEpochIsNoPartOfIt) {
  RunResult r = run_of({level(20, 5), level(20, 1)});
  summarize(r);
  EXPECT_EQ(r.steady.state, Settling::steady);
  EXPECT_EQ(r.steady.from_window, 20U);
  EXPECT_FALSE(r.steady.last_change_pct);
  EXPECT_NEAR(r.images_per_second, 10, 0.01);
}

TEST(Steadiness, CountsFromTheLastChangeOnWhereItIsAsked) {
  RunResult r = run_of({level(20, 1), joined(level(6, 2), level(14, 1))});
  summarize(r);
  EXPECT_EQ(r.steady.from_window, 26U);
  EXPECT_NEAR(*r.steady.last_change_pct, 100, 0.1);
  EXPECT_NEAR(r.images_per_second, 200.0 / 26, 0.01) << "epochs";
  r.steady.counts = true;
  summarize(r);
  EXPECT_NEAR(r.images_per_second, 10, 0.01) << "windows";
  const SpeedFigures v = speed_figures(r);
  EXPECT_NEAR(v.network_ips, 10 / 0.9, 0.01);
  EXPECT_NEAR(v.data_wait_pct, 10, 1e-6);
  EXPECT_THAT(settling_taints(r), IsEmpty());
}

TEST(Steadiness, WhatNeverSettlesCountsAllAndIsMarked) {
  RunResult r = run_of({level(20, 1), level(20, 1), joined(level(5, 1), level(15, 1.25))});
  r.steady.counts = true;
  summarize(r);
  EXPECT_EQ(r.steady.state, Settling::changing);
  EXPECT_EQ(r.steady.from_window, 20U);
  EXPECT_NEAR(r.images_per_second, 400 / (25 + 15 * 1.25), 0.01);
  EXPECT_THAT(settling_taints(r), ElementsAre(HasSubstr("did not settle: late in the measurement it still changed by 20 %")));
}

TEST(Steadiness, FewWindowsOrOneEpochLeaveItUnknown) {
  for (RunResult r : {run_of({level(40, 1)}), run_of({level(5, 1), level(5, 1)})}) {
    r.steady.counts = true;
    summarize(r);
    EXPECT_EQ(r.steady.state, Settling::unknown);
    EXPECT_NEAR(r.images_per_second, 10, 0.01);
    // Of one epoch all is warm-up: the trainer says so.
    if (r.epochs.size() == 1)
      EXPECT_THAT(settling_taints(r), IsEmpty());
    else
      EXPECT_THAT(settling_taints(r), ElementsAre("too few steps to see whether the speed settled"));
  }
}

// Issue 15, 8: 5 ms of counted time gave a headline and a verdict without a word.
TEST(Steadiness, LessThanASecondOfCountedTimeIsMarked) {
  RunResult r = run_of({level(20, 0.05), level(20, 0.00025)});
  summarize(r);
  EXPECT_THAT(settling_taints(r), ElementsAre("only 0.005 s of training were counted"));
  r.workers = 1;
  r.stages.loader_pictures = 200;
  r.stages.augment = 0.001;
  EXPECT_EQ(judge(speed_figures(r), speed_settings(r)).bound, Bound::unknown);
}

}  // namespace
}  // namespace cnnbench
