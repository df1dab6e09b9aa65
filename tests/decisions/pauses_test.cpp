// A stopped program and a suspended machine: none of it is measured time, and none of it is blamed on others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/measure/telemetry.hpp"
#include "cnnbench/results/run_result.hpp"
#include "core/pausable_clock.hpp"
#include "measure/left_out.hpp"

namespace cnnbench {
namespace {

constexpr double of_a_pause = 0.00011;  // seconds: what is counted all the same, and rounding

struct Clocks {
  double steady = 100, with_suspension = 500;
  PausableClock clock{[this] { return steady; }, [this] { return with_suspension; }};
  double pass(double seconds) {
    steady += seconds;
    with_suspension += seconds;
    return clock.now();
  }
};

TEST(Pauses, OfAStoppedProgramAreOutOfTheClock) {
  Clocks c;
  c.clock.watch();
  const double begin = c.clock.now();
  EXPECT_DOUBLE_EQ(c.pass(0.5) - begin, 0.5);
  EXPECT_NEAR(c.pass(30) - begin, 0.5, of_a_pause);
  EXPECT_NEAR(c.pass(0.25) - begin, 0.75, of_a_pause);
  EXPECT_NEAR(c.clock.paused(), 30, of_a_pause);
}

// Work that was done just before it would else have taken longer than all that it was a part of.
TEST(Pauses, DoNotTurnTheClockBack) {
  for (const double before : {1e-5, 9e-5, 1.1e-4, 0.002, 0.009, 0.02}) {
    Clocks c;
    c.clock.watch();
    c.clock.now();
    const double last = c.pass(before), after = c.pass(30);
    EXPECT_GE(after, last) << before;
    EXPECT_LE(after, last + of_a_pause) << before;
  }
}

TEST(Pauses, OfASuspendedMachineAreCountedThoughTheSteadyClockStoodStill) {
  Clocks c;
  c.clock.watch();
  const double begin = c.pass(0.5);
  c.with_suspension += 3600;
  EXPECT_DOUBLE_EQ(c.pass(0.5) - begin, 0.5);
  EXPECT_DOUBLE_EQ(c.clock.paused(), 3600);
}

TEST(Pauses, AreOnlyKnownWhileSomebodyAsksForTheTime) {
  Clocks c;
  const double begin = c.clock.now();
  EXPECT_DOUBLE_EQ(c.pass(30) - begin, 30);
  c.clock.watch();
  EXPECT_DOUBLE_EQ(c.pass(0.5) - begin, 30.5);
  c.clock.unwatch();
  EXPECT_DOUBLE_EQ(c.pass(30) - begin, 60.5);
  EXPECT_DOUBLE_EQ(c.clock.paused(), 0);
}

// A thread that was stopped between its two looks at the clock.
TEST(Pauses, DoNotTurnTheClockBackForAThreadThatWasStoppedAmidAReading) {
  double steady = 100;
  PausableClock* other = nullptr;
  bool stopped = false;
  PausableClock clock(
      [&] {
        const double read = steady;
        if (other && !stopped) {  // as if another thread went on first
          stopped = true;
          steady += 30;
          other->now();
        }
        return read;
      },
      [&] { return steady; });
  clock.watch();
  const double begin = clock.now();
  steady += 0.5;
  clock.now();
  other = &clock;
  EXPECT_NEAR(clock.now() - begin, 0.5, of_a_pause);
}

Counters counters(double seconds, double busy, double total, double ours, double joules) {
  Counters c;
  c.seconds = seconds;
  c.machine = CpuTicks{.busy = busy, .total = total};
  c.process_seconds = ours;
  c.gpu_energy_j = joules;
  return c;
}

// Two cores at 100 ticks a second, all busy with us for 10 s, then 30 s with others while we stood still, then again with us.
TEST(Pauses, AreNoOthersWork) {
  const Counters start = counters(0, 0, 0, 0, 0), before = counters(10, 2000, 2000, 20, 1000),
                 after = counters(10, 8000, 8000, 20, 2000), end = counters(20, 10000, 10000, 40, 3000);
  EXPECT_DOUBLE_EQ(*other_pct(start, end), 60);  // what it was taken for
  LeftOut left_out;
  left_out.add_pause(before, after, 30);
  EXPECT_DOUBLE_EQ(*other_pct(start, left_out.without(end)), 0);
  EXPECT_DOUBLE_EQ(*process_pct(start, left_out.without(end), 2), 100);
  EXPECT_DOUBLE_EQ(*difference(start.gpu_energy_j, left_out.without(end).gpu_energy_j), 2000);
}

TEST(Pauses, AreATaint) {
  RunResult r;
  EXPECT_THAT(telemetry_taints(r), ::testing::IsEmpty());
  r.paused_seconds = 12.34;
  EXPECT_THAT(telemetry_taints(r), ::testing::ElementsAre(::testing::HasSubstr("paused for 12.3 s")));
}

TEST(Pauses, AreReadFromAResultOfTheFirstVersionAsNone) {
  nlohmann::ordered_json old = to_json(RunResult{});
  old["schema_version"] = 1;
  old.erase("paused_seconds");
  EXPECT_EQ(run_result_from_json(old, "old").paused_seconds, 0);
}

}  // namespace
}  // namespace cnnbench
