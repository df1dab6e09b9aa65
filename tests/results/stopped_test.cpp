#include "cnnbench/results/stopped.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

TEST(Stopped, BySignalIsUnderstoodAgain) {
  EXPECT_EQ(stopped_by_signal(15), "signal 15");
  EXPECT_EQ(signal_in("signal 15"), 15);
  for (const char* other : {"", "signal", "signal ", "signal x", "signal 2 and more", "a signal 2", "finished", "error: signal 2"})
    EXPECT_FALSE(signal_in(other)) << other;
}

TEST(Stopped, ByErrorIsUnderstoodAgain) {
  const auto again = error_in(stopped_by_error({ExitCode::failed, "a -- b is full", "make room"}));
  ASSERT_TRUE(again);
  EXPECT_STREQ(again->what(), "a -- b is full");
  EXPECT_EQ(again->remedy(), "make room");
  EXPECT_EQ(stopped_by_error({ExitCode::failed, "it broke"}), "error: it broke");
  EXPECT_EQ(error_in("error: it broke")->remedy(), "");
  for (const char* other : {"", "error", "signal 2", "finished"}) EXPECT_FALSE(error_in(other)) << other;
}

}  // namespace
}  // namespace cnnbench
