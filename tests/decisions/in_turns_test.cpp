// Which of two kernels is taken, by planted times: the faster one, though the machine is busy; between equals always the same one.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cnnbench/measure/in_turns.hpp"

namespace cnnbench {
namespace {

// Runs that take `seconds`, times what disturbs; the first is cold.
struct Planted {
  double seconds;
  std::function<double()> disturbance = [] { return 1.0; };
  double cold = 1;
  int runs = 0;
  double operator()() { return seconds * (runs++ == 0 ? cold : 1) * disturbance(); }
};

Turns timed(Planted& own, Planted& library) {
  return time_in_turns([&] { return own(); }, [&] { return library(); });
}

TEST(InTurns, TakesTheFasterOne) {
  Planted slow{0.010}, fast{0.006};
  EXPECT_TRUE(second_is_faster(timed(slow, fast)));
  EXPECT_FALSE(second_is_faster(timed(fast, slow)));
}

TEST(InTurns, CountsNoRoundThatWarmsUp) {
  Planted own{0.010}, library{0.008};
  library.cold = 1000;
  const Turns turns = timed(own, library);
  EXPECT_DOUBLE_EQ(turns.first, 0.010);
  EXPECT_DOUBLE_EQ(turns.second, 0.008);
  EXPECT_TRUE(second_is_faster(turns));
}

TEST(InTurns, AsksNoLongerThanItTakesToTellThemApart) {
  Planted own{0.003}, library{0.009};
  EXPECT_EQ(timed(own, library).rounds, 2);
  EXPECT_EQ(own.runs, 3);
  Planted near_own{0.0100}, near_library{0.0118};
  EXPECT_EQ(timed(near_own, near_library).rounds, 5);
  Planted same_own{0.001}, same_library{0.001};
  EXPECT_EQ(timed(same_own, same_library).rounds, 8);
}

// A layer that takes seconds is run twice each way, however close the two are.
TEST(InTurns, BoundsWhatAHugeLayerCosts) {
  Planted own{3.0}, library{3.1};
  EXPECT_EQ(timed(own, library).rounds, 1);
}

// What a warm-up contradicts is asked again: one round alone may have met another program.
TEST(InTurns, AsksAgainWhereTheWarmUpSaidOtherwise) {
  Planted own{0.010}, library{0.011};
  own.disturbance = [run = 0]() mutable { return run++ == 1 ? 4.0 : 1.0; };
  const Turns turns = timed(own, library);
  EXPECT_GT(turns.rounds, 1);
  EXPECT_FALSE(second_is_faster(turns));
}

TEST(InTurns, PrefersTheFirstOfEquals) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> jitter(1.0, 1.02);
  for (int i = 0; i < 2000; ++i) {
    Planted own{0.010}, library{0.010};
    own.disturbance = library.disturbance = [&] { return jitter(random); };
    EXPECT_FALSE(second_is_faster(timed(own, library)));
  }
  EXPECT_FALSE(second_is_faster({.first = 1, .second = 0.975, .rounds = 1}));
  EXPECT_TRUE(second_is_faster({.first = 1, .second = 0.965, .rounds = 1}));
}

// A third of the runs meets another program and takes up to four times as long.
TEST(InTurns, TakesTheFasterOneOnABusyMachine) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> uniform;
  const auto busy = [&] { return 1 + 0.02 * uniform(random) + (uniform(random) < 0.33 ? 3 * uniform(random) : 0); };
  int right = 0;
  constexpr int trials = 2000;
  for (int i = 0; i < trials; ++i) {
    Planted a{0.010, busy}, b{0.0075, busy};
    right += second_is_faster(timed(a, b)) && !second_is_faster(timed(b, a));
  }
  EXPECT_GT(right, 0.97 * trials);
}

}  // namespace
}  // namespace cnnbench
