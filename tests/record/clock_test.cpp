// A known answer: steps whose own duration is known, and what the trainer's clock says about them.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/train/api.hpp"
#include "support/spells.hpp"

namespace cnnbench {
namespace {

// Tiny pictures that nobody augments: the loader takes as little of this core as it can.
Experiment fake(int steps, int epochs) {
  Experiment e;
  e.data.kind = DataKind::synthetic;
  e.data.image_size = square(8);
  e.data.limit_train = 8;
  e.data.limit_validation = 2;
  e.loader.batch_size = 2;
  e.loader.workers = 1;
  e.loader.cache = CacheMode::decoded;
  e.model.layers = {{.type = LayerType::flatten}, {.type = LayerType::dense, .units = 1}};
  e.train.precision = Precision::float32;
  e.train.epochs = epochs;
  e.train.steps_per_epoch = steps;
  e.train.validate_every = 0;
  e.train.threads = 1;
  return e;
}

void wait_until(double moment) {
  while (seconds_now() < moment) {
  }
}

// Steps that end at every tick of a known length, whatever is between them: so an epoch's duration is known. How much more the
// clock says, as a share. A pause of the machine is made up for at the next ticks, but for one at its very end: the best epoch
// counts. None can be shorter than its ticks.
double least_beyond_ticks(double tick, int steps, int epochs) {
  double next = 0;
  int done = 0;
  Hooks hooks;
  hooks.instead_of_step = [&] {
    next = done++ % steps == 0 ? seconds_now() + tick : next + tick;
    wait_until(next);
  };
  const Experiment e = fake(steps, epochs);
  const RunResult result = train(e, open_splits(e.data), "cpu", hooks);
  double least = 1;
  for (const EpochRow& row : result.epochs) {
    EXPECT_EQ(row.pictures, static_cast<std::uint64_t>(2 * steps));
    least = std::min(least, (row.seconds.data_wait + row.seconds.compute) / (tick * steps) - 1);
  }
  EXPECT_GE(least, 0) << "steps of " << tick << " s";
  return least;
}

TEST(Clock, StepsOfKnownDurationAreMeasured) {
  struct Case {
    double tick;
    int steps, epochs;
  };
  for (const auto& [tick, steps, epochs] : {Case{0.001, 300, 8}, {0.01, 30, 8}, {0.1, 4, 4}, {1, 1, 3}}) {
    constexpr double wanted = 0.005;
    const double least = test::least_of_spells(
        wanted, [&, tick = tick, steps = steps, epochs = epochs] { return least_beyond_ticks(tick, steps, epochs); });
    EXPECT_LE(least, wanted) << "steps of " << tick << " s";
    std::printf("steps of %.3f s: %.4f %%\n", tick, 100 * least);
  }
}

// What the best window of a run has beyond its steps, in seconds a step. Each step notes what it took itself; the rest is the
// clock's and the loop's. The system may put another thread on this core in some windows: the best one has what all have.
double least_beside_steps() {
  std::vector<double> known;
  Hooks hooks;
  hooks.instead_of_step = [&] {
    const double begin = seconds_now();
    wait_until(begin + 0.001);
    known.push_back(seconds_now() - begin);
  };
  const Experiment e = fake(200, 5);
  const RunResult result = train(e, open_splits(e.data), "cpu", hooks);
  EXPECT_EQ(known.size(), 1000U);
  EXPECT_EQ(result.windows.size(), 100U);
  double least = 1;
  std::size_t step = 0;
  for (const SpeedWindow& w : result.windows) {
    double truth = 0;
    for (const std::size_t end = step + w.steps; step < end; ++step) truth += known[step];
    const double more = (w.seconds - w.data_wait - truth) / static_cast<double>(w.steps);
    EXPECT_GE(more, -1e-9) << "a window cannot be shorter than its steps";
    least = std::min(least, more);
  }
  return least;
}

TEST(Clock, CostsLittleAStep) {
  if (process_cpus().count() < 2) GTEST_SKIP() << "on a single core the loader's turn is between the steps";
  constexpr double wanted = 20e-6;
  const double least = test::least_of_spells(wanted, least_beside_steps);
  EXPECT_LE(least, wanted);
  std::printf("%.2f us a step more\n", 1e6 * least);
}

}  // namespace
}  // namespace cnnbench
