#include "cnnbench/core/path_variables.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cnnbench {
namespace {

class PathVariables : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("CNNBENCH_TEST_SET", "/data", 1);
    setenv("CNNBENCH_TEST_EMPTY", "", 1);
    unsetenv("CNNBENCH_TEST_NONE");
  }
  void TearDown() override {
    unsetenv("CNNBENCH_TEST_SET");
    unsetenv("CNNBENCH_TEST_EMPTY");
  }
};

TEST_F(PathVariables, ArePutInWhereverTheyStand) {
  EXPECT_EQ(with_variables("$CNNBENCH_TEST_SET"), "/data");
  EXPECT_EQ(with_variables("$CNNBENCH_TEST_SET/a"), "/data/a");
  EXPECT_EQ(with_variables("${CNNBENCH_TEST_SET}s/a"), "/datas/a");
  EXPECT_EQ(with_variables("/mnt$CNNBENCH_TEST_SET/$CNNBENCH_TEST_NONE/${CNNBENCH_TEST_SET}"),
            "/mnt/data/$CNNBENCH_TEST_NONE//data");
}

TEST_F(PathVariables, OtherDollarsAndTildesAreLetters) {
  for (const std::string path : {"", "a", "$", "a$", "$1", "${", "${}", "${CNNBENCH_TEST_SET", "a/~", "~a", "$$"}) {
    EXPECT_EQ(with_variables(path), path);
    EXPECT_EQ(unset_variable(path), "") << path;
  }
}

TEST_F(PathVariables, WhatIsNotSetIsNamed) {
  EXPECT_EQ(unset_variable("$CNNBENCH_TEST_SET/a"), "");
  EXPECT_EQ(unset_variable("$CNNBENCH_TEST_SET/$CNNBENCH_TEST_NONE"), "the variable CNNBENCH_TEST_NONE is not set");
  EXPECT_EQ(unset_variable("${CNNBENCH_TEST_EMPTY}/a"), "the variable CNNBENCH_TEST_EMPTY is empty");
}

}  // namespace
}  // namespace cnnbench
