// The device's augmentation against the CPU's, draw by draw; here the device is the CPU.
#include "step/device_warp.hpp"

#include <gtest/gtest.h>

#include "cnnbench/pipeline/warp.hpp"
#include "step/preprocess.hpp"
#include "support/pictures.hpp"

namespace cnnbench {
namespace {

constexpr int pictures = 24;

// The largest difference in grey levels over many draws.
double largest_difference(const AugmentConfig& config, ImageSize size) {
  const ImageSize out_size = augmented_size(config, size);
  at::Tensor in = at::empty({pictures, size.height, size.width, 3}, at::kByte),
             expected = at::empty({pictures, out_size.height, out_size.width, 3}, at::kByte);
  std::vector<Draw> draws;
  for (std::uint64_t i = 0; i < pictures; ++i) {
    const test::Picture picture = test::blotches(size, i);
    draws.push_back(draw(config, size, {1, 2, i}));
    std::copy(picture.pixels.begin(), picture.pixels.end(), in.data_ptr<std::uint8_t>() + i * size.bytes());
    warp_of(AugmentBackend::fused)(picture, draws.back(), {config.fill_mode, static_cast<std::uint8_t>(config.cval)},
                                   {expected.data_ptr<std::uint8_t>() + i * out_size.bytes(), out_size});
  }
  const at::Tensor rows = at::empty({pictures, draw_columns()}, at::kFloat);
  write_draws(draws, rows.data_ptr<float>());
  const at::Tensor got = DeviceWarp(config, size, at::kCPU)(in, rows);
  EXPECT_EQ(got.sizes(), expected.sizes());
  EXPECT_EQ(got.scalar_type(), at::kFloat);
  return (got - expected.to(at::kFloat)).abs().max().item<double>();
}

AugmentConfig geometry() {
  return {.rotation_degrees = 40,
          .width_shift = 0.2,
          .height_shift = 0.3,
          .shear_degrees = 20,
          .zoom = 0.4,
          .horizontal_flip = true,
          .vertical_flip = true};
}

TEST(DeviceWarp, IsWithinOneGreyLevelOfTheCpu) {
  for (const FillMode fill : {FillMode::nearest, FillMode::reflect, FillMode::wrap, FillMode::constant})
    for (const ImageSize size : {ImageSize{64, 64}, ImageSize{33, 20}, ImageSize{24, 70}}) {
      AugmentConfig config = geometry();
      config.fill_mode = fill;
      config.cval = 90;
      // The picture's own values are whole; the CPU rounds to them, the device does not.
      EXPECT_LE(largest_difference(config, size), 1.1) << name_of(fill) << " " << size.width;
    }
}

TEST(DeviceWarp, TheTutorialsDrawsAreWithinOneGreyLevelToo) {
  EXPECT_LE(largest_difference({.shear_degrees = 11.5, .zoom = 0.2, .horizontal_flip = true}, {64, 64}), 1.1);
}

TEST(DeviceWarp, CropAndFlipMoveWholePixels) {
  EXPECT_LE(largest_difference({.horizontal_flip = true, .crop = 24}, {32, 32}), 0.02);
  EXPECT_LE(largest_difference({.horizontal_flip = true, .vertical_flip = true, .crop = 24}, {40, 27}), 0.02);
  EXPECT_LE(largest_difference({}, {32, 32}), 0.02);
}

TEST(DeviceWarp, ChannelShiftAndBrightnessAreTheCpus) {
  EXPECT_LE(largest_difference({.horizontal_flip = true, .channel_shift = 40}, {32, 32}), 1.01);
  EXPECT_LE(largest_difference({.horizontal_flip = true, .brightness = Range{0.4, 1.6}}, {32, 32}), 1.7);
  AugmentConfig all = geometry();
  all.channel_shift = 40;
  all.brightness = Range{0.4, 1.0};
  EXPECT_LE(largest_difference(all, {48, 48}), 2.01);
}

TEST(DeviceWarp, AWrongDrawIsFarOff) {  // the bound above means something
  const test::Picture picture = test::blotches({64, 64}, 3);
  const AugmentConfig config = geometry();
  const std::vector<Draw> draws{draw(config, {64, 64}, {1, 2, 3}), draw(config, {64, 64}, {1, 2, 4})};
  const at::Tensor rows = at::empty({2, draw_columns()}, at::kFloat);
  write_draws(draws, rows.data_ptr<float>());
  const at::Tensor in =
      at::from_blob(const_cast<std::uint8_t*>(picture.pixels.data()), {1, 64, 64, 3}, at::kByte).expand({2, 64, 64, 3});
  const at::Tensor out = DeviceWarp(config, {64, 64}, at::kCPU)(in, rows);
  EXPECT_GT((out[0] - out[1]).abs().max().item<double>(), 20);
}

}  // namespace
}  // namespace cnnbench
