#include "cnnbench/pipeline/draw.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "cnnbench/core/error.hpp"
#include "every_augmentation.hpp"

namespace cnnbench {
namespace {

constexpr ImageSize size{48, 64};

std::array<float, 14> parameters(const Draw& d) {
  return {d.rotation_degrees,
          d.shift_x,
          d.shift_y,
          d.shear_degrees,
          d.zoom_x,
          d.zoom_y,
          static_cast<float>(d.flipped_x),
          static_cast<float>(d.flipped_y),
          d.channel_shift,
          d.brightness,
          d.brightness_delta,
          d.contrast,
          static_cast<float>(d.crop_x),
          static_cast<float>(d.crop_y)};
}

TEST(Draw, SameKeySameDrawAndAnyOtherKeyAnother) {
  const AugmentConfig c = every_augmentation();
  EXPECT_EQ(parameters(draw(c, size, {1, 2, 3})), parameters(draw(c, size, {1, 2, 3})));
  std::set<float> angles;
  for (const Key key : {Key{1, 2, 3}, Key{2, 2, 3}, Key{1, 3, 3}, Key{1, 2, 4}, Key{1, 3, 2}})
    angles.insert(draw(c, size, key).rotation_degrees);
  EXPECT_EQ(angles.size(), 5u);
}

TEST(Draw, EachParameterFillsItsRange) {
  const AugmentConfig c = every_augmentation();
  std::array<float, 14> low{}, high{};
  low.fill(1e9F);
  high.fill(-1e9F);
  int flips_x = 0, flips_y = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const Draw d = draw(c, size, {1, 0, i});
    const auto p = parameters(d);
    for (std::size_t k = 0; k < p.size(); ++k) {
      low[k] = std::min(low[k], p[k]);
      high[k] = std::max(high[k], p[k]);
    }
    flips_x += d.flipped_x;
    flips_y += d.flipped_y;
  }
  // rotation, width shift (a quarter of 64), height shift (3 pixels), shear, zooms, flips, channel shift, brightness, delta,
  // contrast, crop
  const std::array<float, 14> want_low{-40, -16, -3, -11.5F, 0.8F, 0.8F, 0, 0, -20, 0.5F, -63, 0.2F, 0, 0};
  const std::array<float, 14> want_high{40, 16, 3, 11.5F, 1.2F, 1.2F, 1, 1, 20, 1.5F, 63, 1.8F, 40, 24};
  for (std::size_t k = 0; k < low.size(); ++k) {
    const float tolerance = (want_high[k] - want_low[k]) * 0.01F;
    EXPECT_GE(low[k], want_low[k]) << k;
    EXPECT_LE(high[k], want_high[k]) << k;
    EXPECT_NEAR(low[k], want_low[k], tolerance) << k;
    EXPECT_NEAR(high[k], want_high[k], tolerance) << k;
  }
  EXPECT_NEAR(flips_x, 2000, 150);
  EXPECT_NEAR(flips_y, 2000, 150);
}

// Keras: height_shift_range is of the height, width_shift_range of the width.
TEST(Draw, AFractionIsOfItsOwnSide) {
  AugmentConfig c;
  c.height_shift = c.width_shift = 0.25;
  double most_x = 0, most_y = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Draw d = draw(c, {40, 120}, {1, 0, i});
    most_x = std::max(most_x, std::abs(static_cast<double>(d.shift_x)));
    most_y = std::max(most_y, std::abs(static_cast<double>(d.shift_y)));
  }
  EXPECT_LE(most_y, 10);
  EXPECT_NEAR(most_y, 10, 0.2);
  EXPECT_LE(most_x, 30);
  EXPECT_NEAR(most_x, 30, 0.5);
}

TEST(Draw, ZoomsOfBothAxesAreIndependent) {
  AugmentConfig c;
  c.zoom = 0.2;
  double covariance = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const Draw d = draw(c, size, {1, 0, i});
    covariance += (d.zoom_x - 1) * (d.zoom_y - 1) / 4000;
  }
  EXPECT_NEAR(covariance / (0.2 * 0.2 / 3), 0, 0.06);
}

TEST(Draw, SwitchingOneAugmentationOffLeavesTheOthersNumbers) {
  const AugmentConfig all = every_augmentation();
  const Draw full = draw(all, size, {5, 6, 7});
  AugmentConfig some = all;
  some.rotation_degrees = 0;
  some.zoom = 0;
  some.brightness.reset();
  const Draw part = draw(some, size, {5, 6, 7});
  EXPECT_EQ(part.rotation_degrees, 0);
  EXPECT_EQ(part.zoom_x, 1);
  EXPECT_EQ(part.brightness, 1);
  EXPECT_EQ(part.shift_x, full.shift_x);
  EXPECT_EQ(part.shear_degrees, full.shear_degrees);
  EXPECT_EQ(part.flipped_x, full.flipped_x);
  EXPECT_EQ(part.channel_shift, full.channel_shift);
  EXPECT_EQ(part.crop_x, full.crop_x);
  EXPECT_EQ(part.contrast, full.contrast);
}

TEST(Draw, NothingAskedIsTheIdentity) {
  const Draw d = draw({}, size, {1, 2, 3});
  EXPECT_TRUE(d.identity);
  const Draw none = no_draw(every_augmentation(), {24, 24});
  EXPECT_TRUE(none.identity);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(d.affine[i], i % 4 == 0 ? 1.0F : 0.0F);
}

TEST(Draw, EvaluationTakesTheCentralCropAndNothingElse) {
  const Draw d = no_draw(every_augmentation(), {32, 33});
  EXPECT_EQ(d.crop_y, 4);
  EXPECT_EQ(d.crop_x, 4);
  EXPECT_EQ(d.affine[2], 4);
  EXPECT_EQ(d.affine[5], 4);
  EXPECT_FALSE(d.identity);
  EXPECT_EQ(d.brightness, 1);
  EXPECT_EQ(d.contrast, 1);
  EXPECT_EQ(d.brightness_delta, 0);
  EXPECT_EQ(d.channel_shift, 0);
}

TEST(Draw, AFlipMirrorsTheWholePictureBeforeTheCrop) {
  AugmentConfig c;
  c.horizontal_flip = true;
  c.crop = 24;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Draw d = draw(c, {32, 32}, {1, 0, i});
    EXPECT_EQ(d.affine[0], d.flipped_x ? -1 : 1);
    EXPECT_EQ(d.affine[2], d.flipped_x ? 31 - d.crop_x : d.crop_x);
    EXPECT_EQ(d.affine[5], d.crop_y);
  }
}

// The series that replaces libm, over all quadrants.
TEST(Draw, AnglesGiveTheSinesOfLibm) {
  AugmentConfig c;
  c.rotation_degrees = 180;
  Draw d;
  for (std::uint64_t i = 0; i < 100; ++i) {
    d = draw(c, {8, 8}, {1, 0, i});
    const double radians = d.rotation_degrees * 3.14159265358979323846 / 180;
    EXPECT_FLOAT_EQ(d.affine[0], static_cast<float>(std::cos(radians))) << d.rotation_degrees;
    EXPECT_FLOAT_EQ(d.affine[1], static_cast<float>(std::sin(radians))) << d.rotation_degrees;
  }
}

TEST(Draw, ACropLargerThanThePictureIsAnErrorThatNamesBoth) {
  AugmentConfig c;
  c.crop = 24;
  try {
    augmented_size(c, {16, 20});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_STREQ(e.what(), "augment.crop is 24, larger than the pictures (20x16)");
  }
}

}  // namespace
}  // namespace cnnbench
