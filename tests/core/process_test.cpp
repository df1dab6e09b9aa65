#include "cnnbench/core/process.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

ChildOutcome shell(const std::string& script, double timeout = 60) {
  return run_child(
      {.arguments = {"/bin/sh", "-c", script}, .environment = {{"CNNBENCH_PROCESS_TEST", "a b"}}, .timeout_seconds = timeout});
}

TEST(Process, KeepsOutputErrorsAndExitCode) {
  const ChildOutcome out = shell("echo \"$CNNBENCH_PROCESS_TEST\"; echo wrong >&2; exit 7");
  EXPECT_EQ(out.output, "a b\n");
  EXPECT_EQ(out.errors, "wrong\n");
  EXPECT_EQ(out.exit_code, 7);
  EXPECT_FALSE(out.timed_out);
}

TEST(Process, MuchOutputBlocksNobody) { EXPECT_EQ(shell("head -c 3000000 /dev/zero").output.size(), 3000000U); }

TEST(Process, ASignalIsAnExitCodeAbove128) { EXPECT_EQ(shell("kill -KILL $$").exit_code, 137); }

TEST(Process, ATimeLimitEndsTheWholeGroup) {
  const ChildOutcome out = shell("sleep 1000 | sleep 1000", 0.2);
  EXPECT_TRUE(out.timed_out);
  EXPECT_LT(out.seconds, 15);
}

TEST(Process, StopsWhenAsked) {
  const ChildOutcome out = run_child({.arguments = {"/bin/sleep", "1000"}, .stop = [] { return true; }});
  EXPECT_TRUE(out.stopped);
  EXPECT_EQ(out.exit_code, 143);
}

TEST(Process, WhoseEndCannotBeToldDidNotEndWell) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_THROW(shell("exit 0"), Error);
  std::signal(SIGCHLD, before);
  EXPECT_EQ(shell("exit 0").exit_code, 0);
}

TEST(Process, AProgramThatIsNotThereIsAnError) { EXPECT_THROW(run_child({.arguments = {"/no/such/program"}}), Error); }

}  // namespace
}  // namespace cnnbench
