#include "cnnbench/results/repetition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Optional;

// 100 pictures in the counted epoch, of which the workers made 100.
RunResult run(double ips) {
  RunResult r;
  r.device = "cpu";
  r.precision = "float32";
  r.cache = "decoded";
  r.machine = {{"cpus_usable", 2}, {"hostname_hash", "h"}, {"cpu_info", "a CPU"}};
  r.images_per_second = ips;
  for (int epoch : {1, 2}) r.epochs.push_back({.epoch = epoch, .pictures = 100, .steps = 10});
  r.stages = {.read = 0.01,
              .decode = 0.02,
              .augment = 0.03,
              .loader_pictures = 100,
              .copy = 0.001,
              .forward = 0.2,
              .backward = 0.4,
              .optimizer = 0.1};
  r.telemetry.gpu_throttle_reasons = std::vector<std::string>{"sw_power_cap"};
  return r;
}

// Two copies of this had drifted: report's rows had neither stages nor throttle reasons.
TEST(Repetition, ARunsRowHasWhatBenchsHas) {
  EXPECT_TRUE(is_repetition(repetition_of(run(100))));
  Row row;
  fold(row, {repetition_of(run(100)), repetition_of(run(120)), repetition_of(run(110))});
  EXPECT_EQ(row.status, "ok");
  EXPECT_THAT(row.samples_ips, ElementsAre(100, 120, 110));
  EXPECT_THAT(row.forward_us, Optional(DoubleNear(2000, 1e-9)));
  EXPECT_THAT(row.optimizer_us, Optional(DoubleNear(1000, 1e-9)));
  EXPECT_THAT(row.worker_augment_us, Optional(DoubleNear(300, 1e-9)));
  EXPECT_THAT(row.throttle_reasons, Optional(ElementsAre("sw_power_cap")));
  EXPECT_EQ(row.cpus_usable, 2);
  EXPECT_EQ(row.data_hash, std::nullopt);
}

TEST(Repetition, RunsMadeOneByOneMayDifferInWhatWasLeftOpenAndSaySo) {
  RunResult other = run(100);
  other.convolution = "own:conv_2";
  const std::vector<nlohmann::ordered_json> two{repetition_of(run(100)), repetition_of(other)};
  Row benchs, runs;
  fold(benchs, two);
  EXPECT_EQ(benchs.status, "failed");
  fold(runs, two, Mixed::is_a_taint);
  EXPECT_EQ(runs.status, "ok");
  EXPECT_THAT(runs.taints, testing::Contains(testing::HasSubstr("of different settings: convolution ")));
}

}  // namespace
}  // namespace cnnbench
