#include "train/stopping.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

TrainConfig of(int epochs) {
  TrainConfig c;
  c.epochs = epochs;
  return c;
}

TEST(Stopping, AfterTheLastEpochOnly) {
  EXPECT_EQ(why_to_stop(of(3), {.epoch = 2}, {}), "");
  EXPECT_EQ(why_to_stop(of(3), {.epoch = 3}, {}), "finished");
}

TEST(Stopping, ASignalSaysMoreThanAnythingElse) {
  TrainConfig c = of(3);
  c.target_accuracy = 0.5;
  EXPECT_EQ(why_to_stop(c, {.epoch = 3, .signal = 15, .val_accuracy = 0.9}, {}), "signal 15");
}

TEST(Stopping, AtTheTargetThatWasValidated) {
  TrainConfig c = of(9);
  c.target_accuracy = 0.8;
  EXPECT_EQ(why_to_stop(c, {.epoch = 1, .val_accuracy = 0.79}, {}), "");
  EXPECT_EQ(why_to_stop(c, {.epoch = 1}, {}), "");
  EXPECT_EQ(why_to_stop(c, {.epoch = 1, .val_accuracy = 0.8}, {}), "target accuracy");
}

TEST(Stopping, EarlyCountsValidationsWithoutABetterOne) {
  TrainConfig c = of(9);
  c.early_stop_patience = 2;
  BestSoFar best;
  EXPECT_TRUE(best.take(0.6));
  EXPECT_FALSE(best.take(0.6)) << "as good is not better";
  EXPECT_EQ(why_to_stop(c, {.epoch = 2, .validations_since_best = best.validations_since}, {}), "");
  EXPECT_FALSE(best.take(std::nullopt)) << "an epoch without validation does not count";
  EXPECT_EQ(best.validations_since, 1);
  EXPECT_FALSE(best.take(0.5));
  EXPECT_EQ(why_to_stop(c, {.epoch = 4, .validations_since_best = best.validations_since}, {}), "early stop");
  EXPECT_TRUE(best.take(0.7));
  EXPECT_EQ(best.validations_since, 0);
  EXPECT_EQ(best.accuracy, 0.7);
}

std::vector<SpeedWindow> windows(int epochs, double seconds, double growth = 0) {
  std::vector<SpeedWindow> out;
  for (int epoch = 1; epoch <= epochs; ++epoch)
    for (int i = 0; i < 20; ++i) out.push_back({.epoch = epoch, .steps = 1, .pictures = 100, .seconds = seconds *= 1 + growth});
  return out;
}

TEST(Stopping, OnceTheSpeedHasSettledForASecond) {
  EXPECT_EQ(why_to_stop(of(99), {.epoch = 2, .until_steady = true}, windows(2, 0.1)), "steady");
  EXPECT_EQ(why_to_stop(of(99), {.epoch = 2, .until_steady = true}, windows(2, 0.001)), "") << "20 ms prove nothing";
  EXPECT_EQ(why_to_stop(of(99), {.epoch = 2}, windows(2, 0.1)), "") << "nobody asked";
  EXPECT_EQ(why_to_stop(of(99), {.epoch = 4, .until_steady = true}, windows(4, 0.1, 0.03)), "") << "it still changes";
  EXPECT_EQ(why_to_stop(of(99), {.epoch = 5, .until_steady = true}, windows(5, 0.1, 0.03)), "not steady")
      << "80 windows are enough";
}

}  // namespace
}  // namespace cnnbench
