#include "cnnbench/measure/tune.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A machine whose speed is known: factors per set, and noise.
struct Machine {
  std::map<std::string, double> factors;
  double noise = 0;
  RandomStream random{7, 0};
  double operator()(const std::vector<std::string>& sets) {
    double ips = 100;
    for (const std::string& set : sets) {
      const auto found = factors.find(set);
      ips *= found == factors.end() ? 1 : found->second;
    }
    return ips * (1 + noise * (2 * static_cast<double>(random.below(1000)) / 999 - 1));
  }
};

const std::vector<TuneAxis> axes{{"cache", "none", {"decoded", "encoded"}, false}, {"workers", "1", {"2", "4"}, false}, {"batch", "32", {"64", "128", "256"}, true}};

TEST(Tune, KeepsWhatHelpsAndCountsItsProcesses) {
  Machine machine{{{"cache=decoded", 2}, {"cache=encoded", 1.2}, {"workers=2", 0.9}, {"workers=4", 1.5}, {"batch=64", 1.1}, {"batch=128", 1}}};
  const Tuned t = tune(axes, [&](const auto& sets) { return machine(sets); }, {.pairs = 4});
  EXPECT_THAT(t.sets, ElementsAre("cache=decoded", "workers=4", "batch=64"));
  EXPECT_NEAR(t.gain.value, 2 * 1.5 * 1.1, 1e-9);
  // encoded after decoded is slower, two pairs; workers=2 likewise; batch=128 brings nothing over 64 and ends the climb.
  ASSERT_EQ(t.steps.size(), 6U);
  EXPECT_EQ(t.steps[1].before.size(), 2U);
  EXPECT_EQ(t.steps[1].why, "slower in every pair");
  EXPECT_EQ(t.processes, 2 * (4 + 2 + 2 + 4 + 4 + 2 + 4));
  EXPECT_EQ(t.grid_processes, 3 * 3 * 4 * 4);
}

TEST(Tune, NoiseIsNoGain) {
  Machine machine{{}, 0.02};
  const Tuned t = tune(axes, [&](const auto& sets) { return machine(sets); }, {.pairs = 6});
  EXPECT_THAT(t.sets, IsEmpty());
  EXPECT_TRUE(std::none_of(t.steps.begin(), t.steps.end(), [](const TuneStep& s) { return s.kept; }));
}

TEST(Tune, ACandidateThatFailsIsDropped) {
  Machine machine{{{"cache=decoded", std::nan("")}, {"cache=encoded", 1.3}}};
  const Tuned t = tune({axes[0]}, [&](const auto& sets) { return machine(sets); }, {.pairs = 2});
  EXPECT_EQ(t.steps[0].why, "failed");
  EXPECT_THAT(t.sets, ElementsAre("cache=encoded"));
  EXPECT_EQ(t.steps[1].why, "unproven: fewer than 6 pairs, though all gained");
}

}  // namespace
}  // namespace cnnbench
