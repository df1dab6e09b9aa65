// A known answer: steps whose own duration is known, and what the trainer's clock says about them.
#include <gtest/gtest.h>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/train/api.hpp"

namespace cnnbench {
namespace {

// Each step notes what it really took, so a pause of the machine within one is no error of the clock. One outside is: the best
// of some epochs counts.
void expect_known(double step_seconds, int steps, int epochs) {
  Experiment e;
  e.data.kind = DataKind::synthetic;
  e.data.image_size = 32;
  e.data.limit_train = 8;
  e.data.limit_validation = 2;
  e.loader.batch_size = 2;
  e.loader.workers = 1;
  e.loader.cache = CacheMode::decoded;
  e.model.preset = "catdog_original";
  e.train.precision = Precision::float32;
  e.train.epochs = epochs;
  e.train.steps_per_epoch = steps;
  e.train.validate_every = 0;
  e.train.threads = 1;
  std::vector<double> known(static_cast<std::size_t>(epochs), 0);
  int done = 0;
  Hooks hooks;
  hooks.instead_of_step = [&] {
    const double begin = seconds_now();
    double now = begin;
    while ((now = seconds_now()) - begin < step_seconds) {
    }
    known[static_cast<std::size_t>(done++ / steps)] += now - begin;
  };
  const RunResult result = train(e, open_splits(e.data), "cpu", hooks);
  ASSERT_EQ(result.epochs.size(), known.size());
  double error = 1, overhead = 1;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const double more = result.epochs[i].seconds.compute - known[i];
    EXPECT_GE(more, 0) << "an epoch cannot be shorter than its steps";
    error = std::min(error, more / known[i]);
    overhead = std::min(overhead, more / steps);
    EXPECT_EQ(result.epochs[i].pictures, static_cast<std::uint64_t>(2 * steps));
  }
  // Of few steps one in which the system puts another thread on this core would count as the clock's.
  if (steps >= 100) {
    EXPECT_LE(overhead, 20e-6);
  }
  EXPECT_LE(error, step_seconds >= 0.005 ? 0.005 : 20e-6 / step_seconds);
  std::printf("step %.3f s: %.4f %% and %.2f us a step more\n", step_seconds, 100 * error, 1e6 * overhead);
}

TEST(Clock, AStepOfKnownDurationIsMeasured) {
  expect_known(0.001, 200, 5);
  expect_known(0.01, 30, 3);
  expect_known(0.1, 5, 3);
  expect_known(1, 1, 3);
}

}  // namespace
}  // namespace cnnbench
