#include "cnnbench/draw/prediction_sheet.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/draw/confusion_table.hpp"
#include "cnnbench/draw/mark.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

constexpr Rgb blue{10, 20, 200};
const Rgb right = mark_colour(Mark::right), wrong = mark_colour(Mark::wrong);

PredictionTile tile(std::optional<std::size_t> truth, std::size_t label, double probability, ImageSize size = {180, 120}) {
  return {.picture = Canvas(size, blue),
          .answer = {.file = "folder/1.jpg", .truth = truth, .guess = {.label = label, .probability = probability}}};
}

PredictionSheet sheet_of(std::vector<PredictionTile> tiles) {
  return {.title = "run: predictions", .subtitle = "words", .class_names = {"cat", "dog"}, .tiles = std::move(tiles)};
}

// How much of a row is of a colour.
int count_in_row(const Canvas& c, int y, int x, int width, Rgb colour) {
  int n = 0;
  for (int i = 0; i < width; ++i) n += c.at(x + i, y) == colour ? 1 : 0;
  return n;
}

TEST(PredictionSheet, FramesTellRightFromWrongFromUnknown) {
  const PredictionSheet what = sheet_of({tile(0, 0, 0.9), tile(0, 1, 0.8), tile(std::nullopt, 1, 0.7)});
  const Canvas sheet = prediction_sheet(what);
  const PredictionLayout layout = lay_out(what);
  const auto frame = [&](std::size_t i) {
    const Box b = layout.picture(i);
    EXPECT_EQ(sheet.at(b.x + 100, b.y + 1), sheet.at(b.x + b.width - 1, b.y + b.height - 1));
    EXPECT_EQ(sheet.at(b.x + b.width / 2, b.y + b.height / 2), blue);
    return sheet.at(b.x + 100, b.y + 1);
  };
  EXPECT_EQ(frame(0), right);
  EXPECT_EQ(frame(1), wrong);
  EXPECT_NE(frame(2), right);
  EXPECT_NE(frame(2), wrong);
}

// Someone who sees no difference between red and green sees a disc with a tick and a square with a cross.
TEST(PredictionSheet, MarksDifferInShape) {
  const Rgb ground{255, 255, 255};
  Canvas tick({40, 40}, ground), cross({40, 40}, ground);
  put_mark(tick, {0, 0, 40, 40}, Mark::right);
  put_mark(cross, {0, 0, 40, 40}, Mark::wrong);
  EXPECT_EQ(tick.at(0, 0), ground);
  EXPECT_EQ(cross.at(0, 0), wrong);
  EXPECT_EQ(tick.at(20, 3), right);
  EXPECT_EQ(cross.at(20, 20), ground);  // the cross is white
  EXPECT_NE(tick.at(20, 12), ground);
  put_mark(tick, {30, 30, 40, 40}, Mark::right);  // outside: left out
}

TEST(PredictionSheet, TheBarIsAsLongAsTheProbability) {
  for (const double probability : {0.0, 0.5, 0.75, 1.0}) {
    const PredictionSheet what = sheet_of({tile(0, 0, probability)});
    const Canvas sheet = prediction_sheet(what);
    const Box b = lay_out(what).picture(0);
    int longest = 0;
    for (int y = b.y + b.height + 1; y < sheet.size.height; ++y)
      longest = std::max(longest, count_in_row(sheet, y, b.x, b.width, right));
    EXPECT_EQ(longest, std::lround(probability * b.width));
  }
}

TEST(PredictionSheet, TheTutorialsMistakeStandsBelowWithItsOwnBarAndMark) {
  PredictionTile t = tile(0, 0, 0.9);
  t.answer.unscaled = Guess{.label = 1, .probability = 1};
  const PredictionSheet what = sheet_of({t}), plain = sheet_of({tile(0, 0, 0.9)});
  const Canvas sheet = prediction_sheet(what);
  EXPECT_GT(lay_out(what).tile_height, lay_out(plain).tile_height);
  const Box b = lay_out(what).picture(0);
  int bars = 0;
  for (int y = b.y + b.height; y < sheet.size.height; ++y) bars += count_in_row(sheet, y, b.x, b.width, wrong) == b.width ? 1 : 0;
  EXPECT_EQ(bars, 7);
}

TEST(PredictionSheet, PicturesLieWithinItAndApart) {
  for (const std::size_t count : {0U, 1U, 2U, 7U, 48U, 300U}) {
    std::vector<PredictionTile> tiles;
    for (std::size_t i = 0; i < count; ++i) tiles.push_back(tile(i % 2, 0, 0.5, {4, 4}));
    const PredictionSheet what = sheet_of(std::move(tiles));
    const PredictionLayout layout = lay_out(what);
    EXPECT_EQ(prediction_sheet(what).size, layout.size);
    for (std::size_t i = 0; i < count; ++i) {
      const Box b = layout.picture(i);
      EXPECT_LE(b.x + b.width, layout.size.width);
      EXPECT_LE(b.y + layout.tile_height, layout.size.height + 20);
      if (i == 0) continue;
      const Box before = layout.picture(i - 1);
      EXPECT_TRUE(b.x >= before.x + before.width || b.y >= before.y + before.height);
    }
  }
}

TEST(PredictionSheet, HostileNamesStayInTheirPlace) {
  const PredictionSheet plain = sheet_of({tile(0, 1, 0.5), tile(0, 1, 0.5)});
  PredictionSheet hostile = plain;
  hostile.tiles[0].answer.file = "\x1b[2J<script>&\n" + std::string(3000, 'W');
  const Canvas before = prediction_sheet(plain), after = prediction_sheet(hostile);
  ASSERT_EQ(before.size, after.size);
  const Box first = lay_out(plain).picture(0);
  for (int y = 0; y < before.size.height; ++y)
    for (int x = 0; x < before.size.width; ++x)
      ASSERT_TRUE((x >= first.x - 2 && x < first.x + first.width + 2) || before.at(x, y) == after.at(x, y)) << x << "," << y;
  hostile.class_names = {std::string(3000, '\xff'), "\xf0\x9f\x90\xb6 \x07"};
  hostile.confusion = Confusion{.counts = {{1, 2}, {3, 4}}};
  EXPECT_LT(prediction_sheet(hostile).size.width, 1200);
}

TEST(ConfusionTable, ShadesCellsByTheirShareOfTheRow) {
  // A row of pixels through the cells of the first class, above their numbers.
  const auto shades = [](std::vector<std::vector<std::uint64_t>> counts) {
    const Canvas table = confusion_table({.counts = std::move(counts)}, {"cat", "dog"}, "title", 600);
    EXPECT_EQ(table.size.width, 600);
    const auto row = table.pixels.begin() + std::ptrdiff_t{3} * table.size.width * (36 + 2 * 26 + 3);
    return std::vector<std::uint8_t>(row, row + std::ptrdiff_t{3} * 200);
  };
  EXPECT_EQ(shades({{5, 5}, {0, 10}}), shades({{50, 50}, {7, 1}}));
  EXPECT_NE(shades({{5, 5}, {0, 10}}), shades({{6, 5}, {0, 10}}));
}

TEST(ConfusionTable, OfManyClassesHasNoMatrixAndEndsSomewhere) {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("class " + std::to_string(i));
  const Confusion c{.counts = std::vector(1000, std::vector<std::uint64_t>(1000))};
  const Canvas table = confusion_table(c, names, "title", 900);
  EXPECT_EQ(table.size.width, 900);
  EXPECT_LT(table.size.height, 1400);
}

TEST(PictureThumbnail, FitsWithItsProportions) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "a.png").string();
  write_png(file, Canvas({400, 100}, blue));
  const Canvas picture = picture_thumbnail(file, {180, 180});
  EXPECT_EQ(picture.size, (ImageSize{180, 45}));
  EXPECT_EQ(picture.at(20, 90), blue);
  test::write_file(folder.path() / "b.png", test::png_header(40, 30));
  EXPECT_THROW(picture_thumbnail((folder.path() / "b.png").string(), {180, 180}), Error);
}

}  // namespace
}  // namespace cnnbench
