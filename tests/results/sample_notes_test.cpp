#include "cnnbench/results/sample_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> notes(const std::vector<double>& samples) { return sample_notes(samples); }

TEST(SampleNotes, QuietRepetitionsHaveNone) {
  EXPECT_THAT(notes({}), IsEmpty());
  EXPECT_THAT(notes({100}), IsEmpty());
  EXPECT_THAT(notes({100, 101}), IsEmpty());
  EXPECT_THAT(notes({100, 101, 99, 100, 102, 98, 100, 101, 99, 100}), IsEmpty());
}

TEST(SampleNotes, AnOutlierIsNamedWithItsPlace) {
  EXPECT_THAT(notes({100, 101, 55.4, 99, 100}), ElementsAre("outlier: repetition 3 of 5 ran at 55.4 images/s, 45 % below the median"));
  EXPECT_THAT(notes({100, 101, 99, 150}), ElementsAre("outlier: repetition 4 of 4 ran at 150 images/s, 49 % above the median"));
}

// Of a machine that hardly wobbles a few per cent are far, and still no reason to doubt.
TEST(SampleNotes, WithinATenthNothingIsAnOutlier) { EXPECT_THAT(notes({100, 100.01, 99.99, 100, 92}), IsEmpty()); }

// Wide noise has no outlier where the far ones are many.
TEST(SampleNotes, NoiseIsNoOutlier) { EXPECT_THAT(notes({100, 120, 80, 110, 90, 130, 70}), IsEmpty()); }

TEST(SampleNotes, TwoThatAreFarApartSaySo) {
  EXPECT_THAT(notes({2220, 5763}), ElementsAre("the repetitions differ: 2,220 to 5,763 images/s"));
}

TEST(SampleNotes, AStepOfTheMachineIsNamed) {
  EXPECT_THAT(notes({100, 101, 99, 100, 102, 98, 80, 81, 79, 80, 82, 80}),
              ElementsAre("the machine's speed changed between repetitions: from repetition 7 on 20 % slower"));
}

}  // namespace
}  // namespace cnnbench
