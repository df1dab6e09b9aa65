#include "cnnbench/draw/augment_sheet.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/draw/caption.hpp"
#include "made_preview.hpp"

namespace cnnbench {
namespace {

// The picture of one tile, read back from the sheet: one pixel of each factor x factor block, all of which must be equal.
std::vector<std::uint8_t> read_back(const Canvas& sheet, Box tile, int factor) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < tile.height; y += factor)
    for (int x = 0; x < tile.width; x += factor) {
      const Rgb first = sheet.at(tile.x + x, tile.y + y);
      for (int dy = 0; dy < factor; ++dy)
        for (int dx = 0; dx < factor; ++dx) EXPECT_EQ(sheet.at(tile.x + x + dx, tile.y + y + dy), first);
      pixels.insert(pixels.end(), {first.r, first.g, first.b});
    }
  return pixels;
}

bool overlap(Box a, Box b) { return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height; }

TEST(AugmentSheet, HoldsThePixelsOfTrainingBitForBit) {
  const Preview preview = made_preview({.shear_degrees = 11.5, .zoom = 0.2, .horizontal_flip = true}, {64, 64});
  const Canvas sheet = augment_sheet(preview);
  const AugmentSheetLayout layout = lay_out(preview);
  EXPECT_EQ(sheet.size, layout.size);
  EXPECT_EQ(layout.scale.factor, 3);
  for (std::size_t row = 0; row < preview.pictures.size(); ++row) {
    EXPECT_EQ(read_back(sheet, layout.tile(row, 0), 3), preview.pictures[row].original);
    for (std::size_t v = 0; v < preview.pictures[row].versions.size(); ++v)
      EXPECT_EQ(read_back(sheet, layout.tile(row, v + 1), 3), preview.pictures[row].versions[v].pixels);
  }
}

TEST(AugmentSheet, HoldsPicturesThatAreNotSquare) {
  for (const ImageSize size : {ImageSize{48, 64}, ImageSize{64, 40}}) {
    const Preview preview = made_preview({.rotation_degrees = 20, .width_shift = 0.2, .horizontal_flip = true}, size);
    const Canvas sheet = augment_sheet(preview);
    const AugmentSheetLayout layout = lay_out(preview);
    EXPECT_EQ(layout.original, (ImageSize{3 * size.height, 3 * size.width}));
    EXPECT_EQ(read_back(sheet, layout.tile(1, 0), 3), preview.pictures[1].original);
    EXPECT_EQ(read_back(sheet, layout.tile(1, 2), 3), preview.pictures[1].versions[1].pixels);
  }
}

TEST(AugmentSheet, BrightnessAndContrastThatFollowOnTheDeviceAreShown) {
  const Preview preview = made_preview({.crop = 24, .brightness_delta = 63, .contrast = Range{0.2, 1.8}}, {32, 32});
  const Canvas sheet = augment_sheet(preview);
  const AugmentSheetLayout layout = lay_out(preview);
  const PreviewVersion& version = preview.pictures[2].versions[3];
  const std::vector<std::uint8_t> shown = read_back(sheet, layout.tile(2, 4), layout.scale.factor);
  EXPECT_EQ(shown, with_jitter(version.pixels, version.draw));
  EXPECT_NE(shown, version.pixels);
}

TEST(AugmentSheet, TilesLieWithinItAndApart) {
  for (const ImageSize size : {ImageSize{4, 4}, ImageSize{24, 60}, ImageSize{64, 64}, ImageSize{128, 128}, ImageSize{300, 900}}) {
    const Preview preview = made_preview({.rotation_degrees = 20, .zoom = 0.1}, size, {.count = 3, .versions = 2, .seed = 1});
    const AugmentSheetLayout layout = lay_out(preview);
    std::vector<Box> tiles;
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t column = 0; column < 3; ++column) tiles.push_back(layout.tile(row, column));
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      EXPECT_GE(tiles[i].x, 0);
      EXPECT_LE(tiles[i].x + tiles[i].width, layout.size.width);
      EXPECT_LE(tiles[i].y + tiles[i].height, layout.size.height);
      EXPECT_LE(tiles[i].width, 600);
      for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(tiles[i], tiles[k]));
    }
  }
}

TEST(AugmentSheet, LongAndHostileNamesStayInTheirColumn) {
  Preview preview = made_preview({.zoom = 0.2}, {64, 64}, {.count = 1, .versions = 1, .seed = 1});
  const Canvas plain = augment_sheet(preview);
  preview.pictures[0].name = "\x1b[31m<b>&\n\xc3\xa4" + std::string(5000, 'W');
  preview.pictures[0].class_name = std::string(5000, '\xff');
  const Canvas hostile = augment_sheet(preview);
  ASSERT_EQ(hostile.size, plain.size);
  const AugmentSheetLayout layout = lay_out(preview);
  const int column_end = layout.left + layout.first_column;
  for (int y = 0; y < plain.size.height; ++y)
    for (int x = column_end; x < plain.size.width; ++x) ASSERT_EQ(hostile.at(x, y), plain.at(x, y)) << x << "," << y;
}

TEST(AugmentSheet, OneThatNobodyCouldOpenIsRefused) {
  Preview preview = made_preview({.zoom = 0.2}, {64, 64}, {.count = 1, .versions = 1000, .seed = 1});
  EXPECT_THROW(lay_out(preview), Error);
}

TEST(Caption, NamesTheAugmentationsThatAreUsed) {
  Draw d;
  d.rotation_degrees = 12.34F;
  d.shift_x = 3.07F;
  d.shift_y = -2;
  d.shear_degrees = -0.01F;
  d.zoom_x = 0.9F;
  d.zoom_y = 1.1F;
  d.flipped_x = true;
  EXPECT_TRUE(draw_caption({}, d).empty());
  EXPECT_EQ(
      draw_caption({.rotation_degrees = 20, .width_shift = 0.1, .shear_degrees = 1, .zoom = 0.2, .horizontal_flip = true}, d),
      (std::vector<std::string>{"rotate +12.3 deg", "shift +3.1 -2.0 px", "shear 0.0 deg", "zoom 0.90 1.10", "flip left-right"}));
  d.flipped_x = false;
  d.channel_shift = -12.4F;
  d.brightness = 1.25F;
  d.crop_x = 3;
  d.brightness_delta = 33;
  d.contrast = 0.5F;
  EXPECT_EQ(
      draw_caption({.vertical_flip = true,
                    .channel_shift = 20,
                    .brightness = Range{0.5, 2},
                    .crop = 8,
                    .brightness_delta = 63,
                    .contrast = Range{0.2, 1.8}},
                   d),
      (std::vector<std::string>{"no flip", "channels -12", "brightness x1.25", "crop at 3 0", "brightness +33", "contrast x0.50"}));
}

TEST(Caption, JitterIsTheTutorialsFormulaCutToBytes) {
  Draw d;
  d.brightness_delta = 10;
  d.contrast = 2;
  // Red's mean is 100, green's 250, blue's 0.
  const std::vector<std::uint8_t> pixels{90, 250, 0, 110, 250, 0};
  EXPECT_EQ(with_jitter(pixels, d), (std::vector<std::uint8_t>{90, 255, 10, 130, 255, 10}));
  EXPECT_EQ(with_jitter(pixels, Draw{}), pixels);
}

}  // namespace
}  // namespace cnnbench
