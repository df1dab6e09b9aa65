#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "cnnbench/results/judge.hpp"

namespace cnnbench {
namespace {

// Without a worker's stages: no remedy can be predicted.
Verdict judge(double loader_ips, double network_ips, double data_wait_pct, const std::string& device,
              std::optional<double> loader_core_pct = std::nullopt) {
  return cnnbench::judge({.ips = network_ips,
                .data_wait_pct = data_wait_pct,
                .counted_seconds = 60,
                .loader_ips = loader_ips,
                .network_ips = network_ips,
                .loader_core_pct = loader_core_pct},
               {.device = device, .cache = {}, .auto_cache = {}});
}

TEST(Judge, InputBoundNamesWaitAndBothSpeeds) {
  const Verdict v = judge(770, 2203, 63.2, "cpu");
  EXPECT_EQ(v.bound, Bound::input);
  EXPECT_EQ(v.text, "input-bound: the network waits 63 % of the time; the loader delivers 770 images/s, the network takes 2,200");
  EXPECT_EQ(v.loader_ips, 770);
  EXPECT_EQ(v.network_ips, 2203);
  EXPECT_EQ(v.data_wait_pct, 63.2);
}

TEST(Judge, OnAGpuItIsTheGpuThatWaits) {
  EXPECT_EQ(judge(770, 22034, 96, "cuda:0").text,
            "input-bound: the GPU waits 96 % of the time; the loader delivers 770 images/s, the GPU takes 22,000");
}

TEST(Judge, ComputeBoundNamesTheDevice) {
  const Verdict v = judge(12345, 410, 0.3, "cpu");
  EXPECT_EQ(v.bound, Bound::compute);
  EXPECT_EQ(v.text, "compute-bound on cpu: the network takes 410 images/s, the loader could deliver 12,300");
  EXPECT_EQ(judge(1234567, 47.31, 0, "cuda:1").text,
            "compute-bound on cuda:1: the GPU takes 47.3 images/s, the loader could deliver 1,230,000");
}

TEST(Judge, OnTheCpuTheLoadersShareOfTheCoresIsNamed) {
  EXPECT_EQ(judge(5000, 2290, 1, "cpu", 21.3).text,
            "compute-bound on cpu: the network takes 2,290 images/s, the loader could deliver 5,000 with 21 % of the cores");
  EXPECT_THAT(judge(770, 2203, 63, "cpu", 40).text, ::testing::HasSubstr("the loader delivers 770 images/s with 40 % of the cores, the network"));
  EXPECT_THAT(judge(5000, 2290, 1, "cpu", 0.4).text, ::testing::EndsWith("deliver 5,000")) << "next to nothing";
}

TEST(Judge, BalancedWhenNeitherIsClearlyFaster) {
  const Verdict v = judge(1000, 1020, 4, "cpu");
  EXPECT_EQ(v.bound, Bound::balanced);
  EXPECT_EQ(v.text, "balanced: the loader delivers 1,000 images/s, the network takes 1,020 and waits 4 % of the time");
}

TEST(Judge, WaitingThoughTheLoaderIsFastIsSaidSo) {
  const Verdict v = judge(1005, 410, 12, "cpu");
  EXPECT_EQ(v.bound, Bound::input);
  EXPECT_EQ(v.text,
            "input-bound in bursts: the network waits 12 % of the time, though the loader could deliver 1,010 images/s and the "
            "network takes 410");
}

TEST(Judge, ThresholdsAreThoseOfTheManual) {
  const auto bound = [](double loader, double compute, double wait) { return judge(loader, compute, wait, "cpu").bound; };
  EXPECT_EQ(bound(1000, 1000, 10), Bound::input);
  EXPECT_EQ(bound(1000, 1000, 9.9), Bound::balanced);
  EXPECT_EQ(bound(899, 1000, 2), Bound::input);
  EXPECT_EQ(bound(899, 1000, 1.9), Bound::balanced);  // the wait denies what the speeds say
  EXPECT_EQ(bound(901, 1000, 9), Bound::balanced);
  EXPECT_EQ(bound(1250, 1000, 9.9), Bound::compute);
  EXPECT_EQ(bound(1249, 1000, 0), Bound::balanced);
}

TEST(Judge, WithoutFiguresNothingIsClaimed) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const auto& [loader, compute, wait] :
       {std::array{0.0, 100.0, 0.0}, {100, 0, 0}, {nan, 1, 0}, {1, inf, 0}, {1, 1, nan}, {-1, 1, 0}}) {
    const Verdict v = judge(loader, compute, wait, "cpu");
    EXPECT_EQ(v.bound, Bound::unknown);
    EXPECT_EQ(v.text, "unknown: too little was trained to tell");
  }
}

TEST(Judge, FiguresHaveThreeDigits) {
  const auto text = [](double loader) { return judge(loader, loader * 0.5, 0, "cpu").text; };
  EXPECT_THAT(text(999.6), ::testing::EndsWith("deliver 1,000"));
  EXPECT_THAT(text(99.97), ::testing::EndsWith("deliver 100"));
  EXPECT_THAT(text(9.996), ::testing::EndsWith("deliver 10.0"));
  EXPECT_THAT(text(0.512), ::testing::EndsWith("deliver 0.51"));
  EXPECT_THAT(text(1004999), ::testing::EndsWith("deliver 1,000,000"));
  EXPECT_THAT(text(1e300), ::testing::EndsWith("deliver 1,000,000,000,000,000"));
}

}  // namespace
}  // namespace cnnbench
