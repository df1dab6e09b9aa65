#include "cnnbench/draw/text.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

constexpr Rgb white{255, 255, 255};

// The smallest box around everything that is not white.
Box inked(const Canvas& c) {
  int left = c.size.width, top = c.size.height, right = 0, bottom = 0;
  for (int y = 0; y < c.size.height; ++y)
    for (int x = 0; x < c.size.width; ++x)
      if (c.at(x, y) != white) {
        left = std::min(left, x);
        right = std::max(right, x + 1);
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
  return {left, top, right - left, bottom - top};
}

TEST(Text, WhatIsNotAsciiBecomesOneQuestionMark) {
  EXPECT_EQ(printable("a<b>&\"c"), "a<b>&\"c");
  EXPECT_EQ(printable("\x1b[31mred\n\t\x7f"), "?[31mred???");
  EXPECT_EQ(printable("K\xc3\xa4tzchen"), "K?tzchen");
  EXPECT_EQ(printable("\xf0\x9f\x90\xb1!"), "?!");
  EXPECT_EQ(printable("\xff\xc3:\xe2\x82"), "??:??");
  EXPECT_EQ(printable(std::string_view("\0x", 2)), "?x");
}

TEST(Text, TooLongTextEndsWithDotsAndFits) {
  const std::string name(100000, 'x');
  for (const int width : {0, 5, 17, 60, 200}) {
    const std::string fits = fit_text(name, width);
    EXPECT_LE(text_width(fits), std::max(width, text_width("")));
    if (!fits.empty()) {
      EXPECT_TRUE(fits.ends_with("..."));
      EXPECT_GT(text_width("x" + fits), width);
    }
  }
  EXPECT_EQ(fit_text("short", 200), "short");
  EXPECT_EQ(fit_characters("abcdefgh", 6), "abc...");
  EXPECT_EQ(fit_characters("abcdef", 6), "abcdef");
}

TEST(Text, StandsOnItsBaselineAndIsAsWideAsMeasured) {
  for (const int height : {8, 9, 13, 20}) {
    const TextStyle style{.height = height, .colour = {0, 0, 0}};
    Canvas canvas({100, 600}, white);
    put_text(canvas, 20, 60, "HMH", style);
    const Box ink = inked(canvas);
    EXPECT_NEAR(ink.y + ink.height, 61, 2);
    EXPECT_NEAR(ink.height, height + height / 8, 2);  // the strokes have a thickness
    EXPECT_NEAR(ink.x, 20, 3);
    EXPECT_LE(ink.x + ink.width, 20 + text_width("HMH", style) + 2);
  }
}

TEST(Text, OutsideOfTheCanvasIsLeftOut) {
  Canvas canvas({10, 10}, white);
  for (const int x : {-1000, -5, 5, 1000})
    for (const int y : {-1000, 0, 5, 12, 1000}) put_text(canvas, x, y, "Agjy|", {});
  SUCCEED();
}

TEST(Canvas, StrokesAreCutAtItsEdges) {
  Canvas canvas({4, 5}, white);
  fill_box(canvas, {-3, -3, 5, 5}, {1, 2, 3});
  EXPECT_EQ(canvas.at(1, 1), (Rgb{1, 2, 3}));
  EXPECT_EQ(canvas.at(2, 2), white);
  const Canvas small({3, 3}, {9, 9, 9});
  paste(canvas, 4, 3, small);
  EXPECT_EQ(canvas.at(4, 3), (Rgb{9, 9, 9}));
  EXPECT_EQ(canvas.at(3, 3), white);
  paste(canvas, -2, -2, small);
  EXPECT_EQ(canvas.at(0, 0), (Rgb{9, 9, 9}));
  paste(canvas, 40, 40, small);
  fill_box(canvas, {50, 50, 5, 5}, {});
}

TEST(Canvas, FittingKeepsProportions) {
  EXPECT_EQ(fitted_size({100, 400}, {80, 80}), (ImageSize{20, 80}));
  EXPECT_EQ(fitted_size({400, 100}, {80, 80}), (ImageSize{80, 20}));
  EXPECT_EQ(fitted_size({1, 10000}, {80, 80}), (ImageSize{1, 80}));
  const Canvas grey({30, 50}, {77, 88, 99});
  const Canvas out = fitted(grey, {10, 10});
  EXPECT_EQ(out.size, (ImageSize{6, 10}));
  EXPECT_EQ(out.at(9, 5), (Rgb{77, 88, 99}));
}

}  // namespace
}  // namespace cnnbench
