#include "support/colour_vision.hpp"

#include <gtest/gtest.h>

#include "cnnbench/report/palette.hpp"

namespace cnnbench::report {
namespace {

using test::ciede2000;
using test::distance;
using test::Vision;

constexpr std::array visions{Vision::usual, Vision::protanopia, Vision::deuteranopia, Vision::tritanopia};

// Pairs 1, 7, 17 and 25 of Sharma, Wu and Dalal's test data.
TEST(ColourVision, DistancesAreThoseOfThePaper) {
  EXPECT_NEAR(ciede2000({50, 2.6772, -79.7751}, {50, 0, -82.7485}), 2.0425, 1e-4);
  EXPECT_NEAR(ciede2000({50, 0, 0}, {50, -1, 2}), 2.3669, 1e-4);
  EXPECT_NEAR(ciede2000({50, 2.5, 0}, {73, 25, -18}), 27.1492, 1e-4);
  EXPECT_NEAR(ciede2000({60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}), 1.2644, 1e-4);
}

TEST(ColourVision, GreysLookTheSameToEverybody) {
  for (const Vision vision : visions)
    EXPECT_NEAR(distance("#777777", "#888888", vision), distance("#777777", "#888888", Vision::usual), 0.1);
}

TEST(ColourVision, RedAndGreenComeCloseWithoutOneOfTheirCones) {
  EXPECT_GT(distance("#cc0000", "#667700", Vision::usual), 40);
  EXPECT_LT(distance("#cc0000", "#667700", Vision::deuteranopia), 25);
}

// 2.3 is a difference just seen side by side; small shapes apart from each other need several times that.
TEST(Palette, AnyTwoSeriesStayApartForEveryKindOfColourVision) {
  constexpr double least = 14;
  for (const Vision vision : visions)
    for (std::size_t a = 0; a < series_inks; ++a)
      for (std::size_t b = 0; b < a; ++b) {
        const auto &one = colours_of(series_ink(a)), &two = colours_of(series_ink(b));
        EXPECT_GE(distance(one.light, two.light, vision), least) << "light " << a << " " << b << " " << static_cast<int>(vision);
        EXPECT_GE(distance(one.dark, two.dark, vision), least) << "dark " << a << " " << b << " " << static_cast<int>(vision);
      }
}

// Neighbours of ten steps of a heat map; its numbers stand in the cells besides.
TEST(Palette, StepsOfAHeatMapStayApartForEveryKindOfColourVision) {
  for (const Vision vision : visions)
    for (int i = 0; i < 10; ++i) EXPECT_GE(distance(heat_colour(i / 10.0), heat_colour((i + 1) / 10.0), vision), 3) << i;
}

}  // namespace
}  // namespace cnnbench::report
