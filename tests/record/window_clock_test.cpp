#include "record/window_clock.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

// Steps of one second and 8 pictures, a quarter of it waiting; the last picture of an epoch is alone.
WindowClock clocked(int epochs, std::uint64_t steps, int run_epochs, int* looks = nullptr) {
  WindowClock clock(epochs, steps);
  for (int epoch = 1; epoch <= run_epochs; ++epoch) {
    clock.begin(epoch);
    double now = 0;
    for (std::uint64_t step = 1; step <= steps; ++step) {
      now += 1;
      clock.step(step, step == steps ? 1 : 8, [&] {
        if (looks) ++*looks;
        return WindowClock::Reading{now, now / 4};
      });
    }
    clock.end({now, now / 4});
  }
  return clock;
}

TEST(WindowClock, WindowsAreEqualToAStep) {
  int looks = 0;
  const auto windows = clocked(2, 63, 2, &looks).windows();
  ASSERT_EQ(windows.size(), 40U);
  EXPECT_EQ(looks, 38) << "an epoch's end is no look of its own";
  std::uint64_t steps = 0, pictures = 0;
  double seconds = 0;
  for (const SpeedWindow& w : windows) {
    EXPECT_TRUE(w.steps == 3 || w.steps == 4);
    EXPECT_EQ(w.seconds, static_cast<double>(w.steps));
    EXPECT_EQ(w.data_wait, static_cast<double>(w.steps) / 4);
    steps += w.steps;
    pictures += w.pictures;
    seconds += w.seconds;
  }
  EXPECT_EQ(steps, 126U);
  EXPECT_EQ(pictures, 2U * (62 * 8 + 1));
  EXPECT_EQ(seconds, 126);
  EXPECT_EQ(windows[19].epoch, 1);
  EXPECT_EQ(windows[20].epoch, 2);
}

TEST(WindowClock, ShortEpochsHaveAWindowPerStepAndLongRunsFewer) {
  EXPECT_EQ(clocked(3, 5, 3).windows().size(), 15U);
  EXPECT_EQ(clocked(400, 63, 400).windows().size(), 4000U);
  EXPECT_EQ(clocked(10000, 63, 2).windows().size(), 2U);
}

TEST(WindowClock, AnEpochThatASignalCutHasItsRestAsAWindow) {
  WindowClock clock(1, 100);
  clock.begin(1);
  double now = 0;
  for (std::uint64_t step = 1; step <= 7; ++step) clock.step(step, 8, [&] { return WindowClock::Reading{now += 5, 0}; });
  clock.end({8, 0});
  ASSERT_EQ(clock.windows().size(), 2U);
  EXPECT_EQ(clock.windows()[0].steps, 5U);
  EXPECT_EQ(clock.windows()[1].steps, 2U);
  EXPECT_EQ(clock.windows()[1].seconds, 3);
}

// A stop right after a window had closed: what the device still took is the window's, or the epoch would be longer than its
// windows.
TEST(WindowClock, AnEpochThatASignalCutAtAWindowsEndHasAllOfItsTime) {
  for (std::uint64_t last = 1; last <= 10; ++last) {
    WindowClock clock(1, 100);
    clock.begin(1);
    double now = 0;
    for (std::uint64_t step = 1; step <= last; ++step) {
      now += 1;
      clock.step(step, 8, [&] { return WindowClock::Reading{now, now / 4}; });
    }
    clock.end({now + 0.5, now / 4 + 0.125});
    SpeedWindow sum;
    for (const SpeedWindow& w : clock.windows()) {
      sum.steps += w.steps;
      sum.seconds += w.seconds;
      sum.data_wait += w.data_wait;
    }
    EXPECT_EQ(sum.steps, last);
    EXPECT_EQ(sum.seconds, now + 0.5) << last;
    EXPECT_EQ(sum.data_wait, now / 4 + 0.125) << last;
    EXPECT_EQ(clock.windows().size(), (last + 4) / 5);
  }
}

// At whatever step another process goes on, the windows are as if one had made them all.
TEST(WindowClock, GoesOnAmidAWindow) {
  const auto made = [](std::uint64_t cut) {
    WindowClock first(2, 63), second(2, 63);
    WindowClock* clock = &first;
    for (int epoch = 1; epoch <= 2; ++epoch) {
      clock->begin(epoch);
      double now = 0;
      for (std::uint64_t step = 1; step <= 63; ++step) {
        now += 1;
        clock->step(step, 8, [&] { return WindowClock::Reading{now, now / 4}; });
        if (epoch == 1 && step == cut) {
          second.go_on(first.windows(), first.open(), first.closed());
          clock = &second;
        }
      }
      clock->end({now, now / 4});
    }
    return clock->windows();
  };
  const auto whole = made(0);
  for (std::uint64_t cut = 1; cut < 63; ++cut) {
    const auto windows = made(cut);
    ASSERT_EQ(windows.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(windows[i].epoch, whole[i].epoch);
      EXPECT_EQ(windows[i].steps, whole[i].steps);
      EXPECT_EQ(windows[i].pictures, whole[i].pictures);
      EXPECT_EQ(windows[i].seconds, whole[i].seconds);
      EXPECT_EQ(windows[i].data_wait, whole[i].data_wait);
    }
  }
}

}  // namespace
}  // namespace cnnbench
