#include "cnnbench/pipeline/warp.hpp"

#include <gtest/gtest.h>

#include "../../src/pipeline/bilinear.hpp"
#include "reference.hpp"

namespace cnnbench {
namespace {

using reference::noise;

constexpr std::array all_fills{FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant};
constexpr std::array some_sizes{ImageSize{64, 64}, ImageSize{32, 32}, ImageSize{17, 23}, ImageSize{5, 64}, ImageSize{128, 128},
                                ImageSize{33, 9},  ImageSize{2, 2},   ImageSize{1, 7},   ImageSize{7, 1},  ImageSize{1, 1}};

std::vector<std::uint8_t> warped(ImageView in, const Draw& d, FillMode fill, std::uint8_t cval, ImageSize out) {
  std::vector<std::uint8_t> pixels(out.bytes());
  warp_of(AugmentBackend::fused)(in, d, {fill, cval}, {pixels.data(), out});
  return pixels;
}

double worst_difference(const std::vector<std::uint8_t>& got, const reference::FloatImage& want) {
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, std::abs(got[i] - want.values[i]));
  return worst;
}

// The bound promised is 1; the kernel's own is 0.55: half a level of rounding and little else. The border is included.
void expect_close(const AugmentConfig& config, int rounds) {
  for (const ImageSize size : some_sizes) {
    const std::vector<std::uint8_t> pixels = noise(size, 1);
    for (const FillMode fill : all_fills)
      for (int i = 0; i < rounds; ++i) {
        const Draw d = draw(config, size, {3, static_cast<std::uint64_t>(fill), static_cast<std::uint64_t>(i)});
        const ImageSize out = augmented_size(config, size);
        const auto got = warped({pixels.data(), size}, d, fill, 77, out);
        const auto want = reference::transform({pixels.data(), size}, d, fill, 77, out);
        ASSERT_LE(worst_difference(got, want), 0.56)
            << size.height << "x" << size.width << " fill " << static_cast<int>(fill) << " round " << i;
      }
  }
}

TEST(FusedWarp, ShearZoomAndFlipAreTheFloatReferences) {
  AugmentConfig c;
  c.shear_degrees = 11.5;
  c.zoom = 0.2;
  c.horizontal_flip = true;
  expect_close(c, 10);
}

TEST(FusedWarp, EveryGeometricAugmentationTogetherIsTheFloatReferences) {
  AugmentConfig c;
  c.rotation_degrees = 180;
  c.width_shift = 0.3;
  c.height_shift = 0.3;
  c.shear_degrees = 40;
  c.zoom = 0.6;
  c.horizontal_flip = c.vertical_flip = true;
  expect_close(c, 10);
}

TEST(FusedWarp, ShiftsOfSeveralPictureWidthsFillAsTheReferenceDoes) {
  AugmentConfig c;
  c.width_shift = 200;
  c.height_shift = 200;
  c.zoom = 0.3;
  expect_close(c, 10);
}

TEST(FusedWarp, CropsOfAugmentedPicturesAreTheFloatReferences) {
  AugmentConfig c;
  c.rotation_degrees = 15;
  c.zoom = 0.2;
  c.horizontal_flip = true;
  c.crop = 24;
  for (const ImageSize size : {ImageSize{32, 32}, ImageSize{24, 31}, ImageSize{64, 48}}) {
    const auto pixels = noise(size, 2);
    for (std::uint64_t i = 0; i < 40; ++i) {
      const Draw d = draw(c, size, {1, 1, i});
      const auto got = warped({pixels.data(), size}, d, FillMode::nearest, 0, {24, 24});
      ASSERT_LE(worst_difference(got, reference::transform({pixels.data(), size}, d, FillMode::nearest, 0, {24, 24})), 0.56);
    }
  }
}

TEST(FusedWarp, CropAndFlipsMovePixelsExactly) {
  AugmentConfig c;
  c.horizontal_flip = c.vertical_flip = true;
  for (const int crop : {0, 1, 5}) {
    c.crop = crop;
    for (const ImageSize size : {ImageSize{8, 8}, ImageSize{5, 11}, ImageSize{32, 32}}) {
      const auto pixels = noise(size, 4);
      for (std::uint64_t i = 0; i < 20; ++i) {
        const Draw d = draw(c, size, {1, 1, i});
        const ImageSize out = augmented_size(c, size);
        const auto want = reference::transform({pixels.data(), size}, d, FillMode::nearest, 0, out);
        ASSERT_EQ(worst_difference(warped({pixels.data(), size}, d, FillMode::nearest, 0, out), want), 0);
      }
    }
  }
}

TEST(FusedWarp, IdentityIsACopy) {
  const ImageSize size{7, 9};
  const auto pixels = noise(size, 5);
  EXPECT_EQ(warped({pixels.data(), size}, Draw{}, FillMode::nearest, 0, size), pixels);
}

// Whole-pixel moves that leave the picture cannot be copies; the kernel must still be exact.
TEST(FusedWarp, AWholePixelShiftIsExactInEveryFillMode) {
  const ImageSize size{6, 9};
  const auto pixels = noise(size, 6);
  Draw d;
  d.identity = false;
  d.shift_x = d.affine[2] = 3;
  d.shift_y = d.affine[5] = -2;
  for (const FillMode fill : all_fills) {
    const auto want = reference::transform({pixels.data(), size}, d, fill, 9, size);
    EXPECT_EQ(worst_difference(warped({pixels.data(), size}, d, fill, 9, size), want), 0) << static_cast<int>(fill);
  }
}

TEST(FusedWarp, ScalarAndAvx2KernelsAgreeBitForBit) {
  if (!bilinear::has_avx2()) GTEST_SKIP() << "this CPU has no AVX2";
  using bilinear::Fold;
  RandomStream random{17};
  for (int round = 0; round < 400; ++round) {
    const auto side = [&random](int least) { return least + static_cast<int>(random.below(70)); };
    const ImageSize source{side(3), side(3)}, out{side(1), side(1)};
    const auto fold = static_cast<Fold>(random.below(5));
    // The once-folds need coordinates within a period; the others take anything, far beyond what configs can ask for.
    const bool once = fold == Fold::reflect_once || fold == Fold::wrap_once;
    const auto fixed = [&random](double range) { return static_cast<std::int64_t>(random.uniform(-range, range) * 0x1p32); };
    const ImageSize folded =
        fold == Fold::wrap_once || fold == Fold::wrap_any ? ImageSize{source.height - 1, source.width - 1} : source;
    const double step = once ? 0.004 : round % 10 == 0 ? 3000 : 1.5, start = once ? 1 : round % 10 == 0 ? 1e6 : 300;
    const bilinear::Map map{fixed(step), fixed(step), fixed(start), fixed(step), fixed(step), fixed(start)};
    const auto pixels = noise(source, static_cast<std::uint64_t>(round));
    std::vector<std::uint8_t> a(out.bytes(), 1), b(out.bytes(), 2);
    bilinear::run_scalar({pixels.data(), source, folded, map, fold, a.data(), out});
    bilinear::run_avx2({pixels.data(), source, folded, map, fold, b.data(), out});
    ASSERT_EQ(a, b) << "round " << round << " fold " << static_cast<int>(fold);
  }
}

TEST(FusedWarp, ChannelShiftIsClippedToThePicturesOwnRange) {
  const ImageSize size{1, 3};
  const std::vector<std::uint8_t> pixels{50, 60, 70, 80, 90, 100, 110, 120, 200};
  Draw d;
  d.channel_shift = 30.25F;
  EXPECT_EQ(warped({pixels.data(), size}, d, FillMode::nearest, 0, size),
            (std::vector<std::uint8_t>{80, 90, 100, 110, 120, 130, 140, 150, 200}));
  d.channel_shift = -30.75F;
  EXPECT_EQ(warped({pixels.data(), size}, d, FillMode::nearest, 0, size),
            (std::vector<std::uint8_t>{50, 50, 50, 50, 59, 69, 79, 89, 169}));
}

TEST(FusedWarp, BrightnessMultipliesClipsAndTruncatesAsPilDoes) {
  const ImageSize size{1, 2};
  const std::vector<std::uint8_t> pixels{0, 1, 101, 169, 171, 255};
  Draw d;
  d.brightness = 1.5F;
  EXPECT_EQ(warped({pixels.data(), size}, d, FillMode::nearest, 0, size), (std::vector<std::uint8_t>{0, 1, 151, 253, 255, 255}));
  d.brightness = 0.5F;
  EXPECT_EQ(warped({pixels.data(), size}, d, FillMode::nearest, 0, size), (std::vector<std::uint8_t>{0, 0, 50, 84, 85, 127}));
}

}  // namespace
}  // namespace cnnbench
