#include "step/precision.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

bool chosen(Precision precision, Profile profile = Profile::automatic) {
  Experiment e;
  e.model.preset = "catdog_original";
  e.loader.batch_size = 4;
  e.train.precision = precision;
  e.train.profile = profile;
  return choose_bfloat16(e, plan_network(e.model, {32, 32}, 2), at::kCPU, [](bool) { return Kernels{}; });
}

TEST(Precision, WhatIsAskedForIsTaken) {
  EXPECT_FALSE(chosen(Precision::float32));
  EXPECT_TRUE(chosen(Precision::bfloat16));
}

TEST(Precision, TheTutorialsIsFloat32) {
  EXPECT_FALSE(chosen(Precision::bfloat16, Profile::tutorial));
  EXPECT_FALSE(chosen(Precision::automatic, Profile::tutorial));
}

TEST(Precision, ProbingEndsInEitherWithoutAnError) { EXPECT_NO_THROW(chosen(Precision::automatic)); }

}  // namespace
}  // namespace cnnbench
