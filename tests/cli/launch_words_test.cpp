#include "cnnbench/cli/launch_words.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

TEST(LaunchWords, TheNumberOfRanksTakesItsPlace) {
  EXPECT_THAT(launch_words("/bin/echo -n {} --env N={}", 4), testing::ElementsAre("/bin/echo", "-n", "4", "--env", "N=4"));
  EXPECT_THAT(launch_words("env  {}", 2), testing::ElementsAre(testing::EndsWith("/env"), "2"));  // found as a shell finds it
}

TEST(LaunchWords, WhatCannotStartIsSaid) {
  EXPECT_THROW(launch_words("srun -n 2", 2), Error);
  EXPECT_THROW(launch_words("no-such-launcher {}", 2), Error);
}

}  // namespace
}  // namespace cnnbench
