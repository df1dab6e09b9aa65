#include "cnnbench/measure/phase_clock.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

// A clock that goes on when told to.
struct Told {
  double now = 100;
  PhaseClock clock{Phase::setup, [this] { return now; }};
  void pass(double seconds) { now += seconds; }
};

TEST(PhaseClock, AMomentBelongsToTheInnermostScope) {
  Told t;
  t.pass(1);
  {
    const auto compute = t.clock.in(Phase::compute);
    t.pass(2);
    {
      const auto wait = t.clock.in(Phase::data_wait);
      t.pass(4);
    }
    t.pass(8);
    const auto output = t.clock.in(Phase::output);
    t.pass(16);
  }
  t.pass(32);
  const auto s = t.clock.seconds();
  EXPECT_EQ(s[Phase::setup], 33);
  EXPECT_EQ(s[Phase::compute], 10);
  EXPECT_EQ(s[Phase::data_wait], 4);
  EXPECT_EQ(s[Phase::output], 16);
  EXPECT_EQ(s[Phase::evaluate] + s[Phase::checkpoint], 0);
  EXPECT_EQ(s.sum(), t.clock.elapsed());
}

TEST(PhaseClock, TakingCountsAnewInTheSamePhase) {
  Told t;
  const auto output = t.clock.in(Phase::output);
  t.pass(3);
  EXPECT_EQ(t.clock.take()[Phase::output], 3);
  EXPECT_EQ(t.clock.taken(), 3);
  t.pass(5);
  EXPECT_EQ(t.clock.seconds()[Phase::output], 5);
  EXPECT_EQ(t.clock.take().sum(), 5);
  EXPECT_EQ(t.clock.elapsed(), 8);
  EXPECT_EQ(t.clock.taken(), 8);
}

TEST(PhaseClock, GoesNeverBack) {
  Told t;
  t.pass(2);
  {
    const auto output = t.clock.in(Phase::output);
    t.pass(-0.5);  // a pause was left out
  }
  const auto compute = t.clock.in(Phase::compute);
  t.pass(0.25);
  EXPECT_EQ(t.clock.elapsed(), 2);
  EXPECT_EQ(t.clock.seconds()[Phase::output], 0);
  t.pass(1.25);
  const auto s = t.clock.seconds();
  EXPECT_EQ(s[Phase::setup], 2);
  EXPECT_EQ(s[Phase::output], 0);
  EXPECT_EQ(s[Phase::compute], 1);
  EXPECT_EQ(s.sum(), t.clock.elapsed());
}

TEST(PhaseClock, AnErrorLeavesTheScope) {
  Told t;
  try {
    const auto compute = t.clock.in(Phase::compute);
    t.pass(2);
    throw 1;
  } catch (int) {
  }
  t.pass(7);
  EXPECT_EQ(t.clock.seconds()[Phase::compute], 2);
  EXPECT_EQ(t.clock.seconds()[Phase::setup], 7);
}

TEST(PhaseClock, GoesOnFromWhereAnotherProcessLeftOff) {
  Told t;
  t.pass(2);
  t.clock.take();
  PhaseClock::Seconds before;
  before[Phase::compute] = 10;
  t.clock.go_on(25, before);
  EXPECT_EQ(t.clock.elapsed(), 27);
  EXPECT_EQ(t.clock.seconds()[Phase::compute], 10);
  const auto compute = t.clock.in(Phase::compute);
  t.pass(3);
  EXPECT_EQ(t.clock.take()[Phase::compute], 13);
  EXPECT_EQ(t.clock.taken(), 30) << "all that was taken, here and before";
}

}  // namespace
}  // namespace cnnbench
