#include "cnnbench/draw/half_blocks.hpp"

#include <gtest/gtest.h>

#include "cnnbench/draw/preview_text.hpp"
#include "made_preview.hpp"

namespace cnnbench {
namespace {

TEST(HalfBlocks, AreUsedWhereATerminalShowsColours) {
  EXPECT_EQ(colour_depth({.terminal = true, .term = "xterm", .colorterm = "truecolor"}), ColourDepth::truecolour);
  EXPECT_EQ(colour_depth({.terminal = true, .term = "xterm", .colorterm = "24bit"}), ColourDepth::truecolour);
  EXPECT_EQ(colour_depth({.terminal = true, .term = "xterm"}), ColourDepth::colours256);
  EXPECT_EQ(colour_depth({.terminal = false, .term = "xterm", .colorterm = "truecolor"}), ColourDepth::none);
  EXPECT_EQ(colour_depth({.terminal = true, .term = "dumb", .colorterm = "truecolor"}), ColourDepth::none);
  EXPECT_EQ(colour_depth({.terminal = true, .term = ""}), ColourDepth::none);
  EXPECT_EQ(colour_depth({.terminal = true, .no_color = true, .term = "xterm", .colorterm = "truecolor"}), ColourDepth::none);
}

TEST(HalfBlocks, ShowTwoPixelsInACell) {
  Canvas picture({3, 2}, {255, 0, 0});
  fill_box(picture, {0, 1, 2, 1}, {0, 0, 255});
  EXPECT_EQ(half_blocks(picture, ColourDepth::truecolour),
            (std::vector<std::string>{"\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m\u2580\u2580\x1b[0m",
                                      "\x1b[38;2;255;0;0m\u2580\u2580\x1b[0m"}));
  EXPECT_EQ(half_blocks(picture, ColourDepth::colours256)[0], "\x1b[38;5;196m\x1b[48;5;21m\u2580\u2580\x1b[0m");
  EXPECT_TRUE(half_blocks(picture, ColourDepth::none).empty());
}

TEST(HalfBlocks, EveryColourOfThePaletteIsItsOwnNearest) {
  constexpr int levels[6] = {0, 95, 135, 175, 215, 255};
  const auto byte = [](int v) { return static_cast<std::uint8_t>(v); };
  for (int i = 0; i < 216; ++i)
    EXPECT_EQ(nearest_of_256({byte(levels[i / 36]), byte(levels[i / 6 % 6]), byte(levels[i % 6])}), 16 + i);
  for (int i = 0; i < 24; ++i) EXPECT_EQ(nearest_of_256({byte(8 + 10 * i), byte(8 + 10 * i), byte(8 + 10 * i)}), 232 + i);
}

// What a line takes on the screen.
std::size_t cells(const std::string& line) {
  std::size_t count = 0;
  bool escape = false;
  for (const char c : line) {
    if (c == '\x1b') escape = true;
    if (!escape && (static_cast<unsigned char>(c) & 0xc0U) != 0x80) ++count;
    if (c == 'm') escape = false;
  }
  return count;
}

TEST(PreviewText, ThumbnailsFitTheTerminal) {
  const Preview preview = made_preview({.shear_degrees = 5, .zoom = 0.2}, {64, 64}, {.count = 2, .versions = 9, .seed = 1});
  for (const int columns : {20, 40, 50, 76, 79, 102, 104, 200}) {
    const std::string text = preview_thumbnails(preview, columns, ColourDepth::truecolour);
    std::size_t begin = 0;
    for (std::size_t end; begin < text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      EXPECT_TRUE(line.ends_with(".png") || cells(line) <= static_cast<std::size_t>(columns)) << line;
    }
    EXPECT_NE(text.find("epoch 1"), std::string::npos);
    EXPECT_EQ(text.find("more versions") == std::string::npos, columns >= 9 * 26 + 24);
  }
}

// One that is higher than wide is narrower than its column; those behind it stay in theirs.
TEST(PreviewText, ThumbnailsStandBelowEachOther) {
  for (const ImageSize size : {ImageSize{96, 48}, ImageSize{48, 96}, ImageSize{50, 50}}) {
    const Preview preview = made_preview({.shear_degrees = 5}, size, {.count = 1, .versions = 2, .seed = 1});
    const std::string text = preview_thumbnails(preview, 104, ColourDepth::truecolour);
    std::size_t begin = 0, rows = 0;
    for (std::size_t end; begin < text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      if (line.find("\u2580") == std::string::npos) continue;
      EXPECT_EQ(cells(line), 3U * 24 + 2 * 2) << line;
      ++rows;
    }
    EXPECT_EQ(rows, size.height < size.width ? 6U : 12U);
  }
}

TEST(PreviewText, TheTableIsPlainAndHasALinePerVersion) {
  Preview preview = made_preview({.zoom = 0.2, .horizontal_flip = true}, {8, 8}, {.count = 2, .versions = 3, .seed = 1});
  preview.pictures[0].name = "\x1b]0;gotcha\a\nx.jpg";
  const std::string table = preview_table(preview);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5);
  for (const char c : table) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
  EXPECT_NE(table.find("epoch 3  zoom "), std::string::npos);
}

}  // namespace
}  // namespace cnnbench
