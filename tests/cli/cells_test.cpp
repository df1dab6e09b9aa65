#include "cnnbench/cli/cells.hpp"

#include <gtest/gtest.h>

namespace cnnbench {
namespace {

TEST(Cells, ALetterTakesOneAWideOneTwoAnAccentNone) {
  EXPECT_EQ(cells_of(""), 0);
  EXPECT_EQ(cells_of("cat"), 3);
  EXPECT_EQ(cells_of("Kätzchen"), 8);
  EXPECT_EQ(cells_of("e\u0301"), 1);
  EXPECT_EQ(cells_of("猫犬"), 4);
  EXPECT_EQ(cells_of("▁█░"), 3);
  EXPECT_EQ(cells_of("🐈"), 2);
}

TEST(Cells, CuttingNeverSplitsACharacter) {
  EXPECT_EQ(cut_to("Kätzchen", 2), "Kä");
  EXPECT_EQ(cut_to("猫犬", 3), "猫");
  EXPECT_EQ(cut_to("猫犬", 1), "");
  EXPECT_EQ(cut_to("e\u0301a", 1), "e\u0301");
  EXPECT_EQ(cut_to("cat", 0), "");
  EXPECT_EQ(cut_to("cat", -1), "");
  EXPECT_EQ(cut_to("cat", 9), "cat");
}

TEST(Cells, BytesThatAreNoUtf8AreOneCellEach) { EXPECT_EQ(cut_to("\xff\xe2\x96", 2), "\xff\xe2"); }

TEST(Cells, PaddingFillsUpAndNeverCuts) {
  EXPECT_EQ(padded("猫", 4), "猫  ");
  EXPECT_EQ(padded("cat", 2), "cat");
}

TEST(Cells, AsciiKeepsTheNumberOfCharacters) { EXPECT_EQ(ascii_only("Kätzchen 猫"), "K?tzchen ?"); }

}  // namespace
}  // namespace cnnbench
