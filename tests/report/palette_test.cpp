#include "cnnbench/report/palette.hpp"

#include <gtest/gtest.h>

namespace cnnbench::report {
namespace {

TEST(Palette, EveryInkStandsWhereItsNumberSays) {
  for (std::size_t i = 0; i < inks.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(inks.at(i).ink), i);
}

TEST(Palette, ContrastIsThatOfWcag) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21, 1e-9);
  EXPECT_NEAR(contrast("#777777", "#ffffff"), 4.48, 0.01);
}

TEST(Palette, TextReadsWellOnPaperAndPanelInLightAndDark) {
  for (const Ink ink : {Ink::text, Ink::muted, Ink::link, Ink::warning})
    for (const Ink ground : {Ink::paper, Ink::panel}) {
      EXPECT_GE(contrast(colours_of(ink).light, colours_of(ground).light), 4.5) << colours_of(ink).name;
      EXPECT_GE(contrast(colours_of(ink).dark, colours_of(ground).dark), 4.5) << colours_of(ink).name;
    }
}

TEST(Palette, EverySeriesStandsOutFromThePaper) {
  for (std::size_t i = 0; i < series_inks; ++i) {
    EXPECT_GE(contrast(colours_of(series_ink(i)).light, colours_of(Ink::paper).light), 3) << i;
    EXPECT_GE(contrast(colours_of(series_ink(i)).dark, colours_of(Ink::paper).dark), 3) << i;
  }
}

TEST(Palette, NoTwoOfManySeriesLookTheSame) {
  for (std::size_t a = 0; a < 30; ++a)
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_TRUE(series_ink(a) != series_ink(b) || series_pattern(a) != series_pattern(b)) << a << " " << b;
}

TEST(Palette, NumbersReadWellOnEveryShade) {
  for (int i = 0; i <= 100; ++i) {
    const std::string shade = heat_colour(i / 100.0);
    EXPECT_GE(contrast(shade, text_on(shade)), 4.5) << shade;
    if (i > 0) {
      EXPECT_GT(contrast("#ffffff", shade), contrast("#ffffff", heat_colour((i - 1) / 100.0))) << i;
    }
  }
}

}  // namespace
}  // namespace cnnbench::report
