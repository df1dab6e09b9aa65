#include "cnnbench/measure/join_telemetry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Optional;

TEST(JoinedTelemetry, SumsMeansAndPeaks) {
  TelemetrySummary a{.seconds = 1, .machine_cpu_pct = 20, .peak_rss_bytes = 5, .least_available_bytes = 9, .major_faults = 3};
  TelemetrySummary b{.seconds = 3, .machine_cpu_pct = 60, .peak_rss_bytes = 7, .least_available_bytes = 4, .major_faults = 4};
  a.cpu_energy_j = 10;
  b.cpu_energy_j = 5;
  a.gpu_throttle_reasons = std::vector<std::string>{"x"};
  b.gpu_throttle_reasons = std::vector<std::string>{"y", "x"};
  const TelemetrySummary both = joined(a, b);
  EXPECT_EQ(both.seconds, 4);
  EXPECT_THAT(both.machine_cpu_pct, Optional(DoubleEq(50)));
  EXPECT_THAT(both.peak_rss_bytes, Optional(DoubleEq(7)));
  EXPECT_THAT(both.least_available_bytes, Optional(DoubleEq(4)));
  EXPECT_THAT(both.major_faults, Optional(DoubleEq(7)));
  EXPECT_THAT(both.cpu_energy_j, Optional(DoubleEq(15)));
  EXPECT_THAT(both.gpu_throttle_reasons, Optional(ElementsAre("x", "y")));
  EXPECT_FALSE(both.gpu_util_pct);
}

TEST(JoinedTelemetry, OfASumHalfIsNotKnown) {
  const TelemetrySummary a{.seconds = 1, .machine_cpu_pct = 20, .major_faults = 3}, b{.seconds = 1};
  EXPECT_FALSE(joined(a, b).major_faults);
  EXPECT_THAT(joined(a, b).machine_cpu_pct, Optional(DoubleEq(20)));
}

TEST(JoinedTelemetry, NothingAddsNothing) {
  const TelemetrySummary a{.seconds = 1, .major_faults = 3};
  EXPECT_THAT(joined(a, {}).major_faults, Optional(DoubleEq(3)));
  EXPECT_THAT(joined({}, a).major_faults, Optional(DoubleEq(3)));
}

TEST(JoinedTelemetry, SamplesGoOnInTimeAndCount) {
  std::vector<TelemetrySample> a{{.seconds = 0}, {.seconds = 1}}, b{{.seconds = 0}, {.seconds = 2}};
  a[1].cpu_energy_j = 10;
  b[0].cpu_energy_j = 0;
  b[1].cpu_energy_j = 4;
  const std::vector<TelemetrySample> both = joined(a, b, 5);
  ASSERT_EQ(both.size(), 4U);
  EXPECT_EQ(both[2].seconds, 5);
  EXPECT_EQ(both[3].seconds, 7);
  EXPECT_THAT(both[3].cpu_energy_j, Optional(DoubleEq(14)));
  EXPECT_THAT(joined({}, b, 0)[1].cpu_energy_j, Optional(DoubleEq(4)));
  EXPECT_LE(joined(std::vector<TelemetrySample>(4000), std::vector<TelemetrySample>(4000), 1).size(), 4096U);
}

}  // namespace
}  // namespace cnnbench
