// What bench's stopping rule does to the interval that a row states: simulated cells, fixed seeds, whose true median is known.
#include <gtest/gtest.h>

#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/row.hpp"
#include "support/noise.hpp"

namespace cnnbench {
namespace {

struct Cells {
  double covered = 0, early = 0, covered_early = 0;  // shares of the cells; the last of those that ended early
};

// As bench goes on: a repetition, then the question whether it is enough.
Cells simulate(test::Noise kind, double noise, std::size_t repetitions, double limit, std::uint64_t seed) {
  constexpr int cells = 4000;
  RandomStream random{seed};
  int covered = 0, early = 0, covered_early = 0;
  for (int i = 0; i < cells; ++i) {
    const std::vector<double> all = test::speeds(random, repetitions, 1000, noise, kind);
    std::size_t n = 1;
    while (n < repetitions && !narrow_enough({all.data(), n}, limit)) ++n;
    Row row;
    row.samples_ips.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    row.stopped_by = n < repetitions ? "interval" : "repetitions";
    summarize(row);
    const bool holds = *row.ci_low_ips <= 1000 && 1000 <= *row.ci_high_ips;
    covered += holds;
    early += n < repetitions;
    covered_early += holds && n < repetitions;
  }
  return {1.0 * covered / cells, 1.0 * early / cells, early == 0 ? 1 : 1.0 * covered_early / early};
}

TEST(EarlyStop, TheStatedIntervalHoldsTheMedianIn93To97PerCentOfCells) {
  std::uint64_t seed = 0;
  for (const std::size_t repetitions : {6U, 10U, 20U})
    for (const double noise : {0.003, 0.01, 0.02, 0.05})
      for (const test::Noise kind : test::every_noise) {
        // A drift about the middle of all repetitions has another middle where half of them were taken.
        if (kind == test::Noise::drift && repetitions > 10) continue;
        const Cells cells = simulate(kind, noise, repetitions, 0.01, ++seed);
        EXPECT_GE(cells.covered, 0.93) << repetitions << " " << noise << " " << static_cast<int>(kind);
        EXPECT_LE(cells.covered, 0.975) << repetitions << " " << noise << " " << static_cast<int>(kind);
      }
}

// Whoever ends early at 2 % noise was lucky; with endings from the second repetition on 38 % of those intervals held the median.
TEST(EarlyStop, ThoseThatEndEarlyAreNotMuchWorse) {
  const Cells at_one = simulate(test::Noise::normal, 0.01, 10, 0.01, 101),
              at_two = simulate(test::Noise::normal, 0.02, 10, 0.01, 102);
  EXPECT_GE(at_one.early, 0.5);
  EXPECT_GE(at_one.covered_early, 0.93);
  EXPECT_LE(at_two.early, 0.2);
  EXPECT_GE(at_two.covered_early, 0.75);
}

TEST(EarlyStop, AQuietMachineStillEndsEarly) {
  const Cells cells = simulate(test::Noise::normal, 0.003, 10, 0.01, 103);
  EXPECT_GE(cells.early, 0.99);
}

}  // namespace
}  // namespace cnnbench
