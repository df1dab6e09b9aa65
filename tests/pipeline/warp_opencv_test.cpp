// The opencv backend: OpenCV's own pixels, bit for bit, and how far those are from the float reference.
#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgproc.hpp>

#include "bench/usual_augmentation.hpp"
#include "cnnbench/data/decode.hpp"
#include "cnnbench/pipeline/warp.hpp"
#include "reference.hpp"
#include "support/pictures.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using reference::noise;
using Pixels = std::vector<std::uint8_t>;

constexpr std::array some_sizes{ImageSize{64, 64}, ImageSize{32, 32}, ImageSize{17, 23}, ImageSize{5, 64}, ImageSize{128, 128},
                                ImageSize{33, 9},  ImageSize{2, 2},   ImageSize{1, 7},   ImageSize{7, 1},  ImageSize{1, 1}};
constexpr std::pair<FillMode, int> borders[] = {{FillMode::nearest, cv::BORDER_REPLICATE},
                                                {FillMode::reflect, cv::BORDER_REFLECT},
                                                {FillMode::wrap, cv::BORDER_WRAP},
                                                {FillMode::constant, cv::BORDER_CONSTANT}};

Pixels warped(ImageView in, const Draw& d, Fill fill, ImageSize out, AugmentBackend backend = AugmentBackend::opencv) {
  Pixels pixels(out.bytes());
  warp_of(backend)(in, d, fill, {pixels.data(), out});
  return pixels;
}

AugmentConfig all_geometry() {
  return {.rotation_degrees = 180,
          .width_shift = 0.3,
          .height_shift = 0.3,
          .shear_degrees = 40,
          .zoom = 0.6,
          .horizontal_flip = true,
          .vertical_flip = true};
}

TEST(OpencvWarp, IsAPlainCallOfWarpAffineBitForBit) {
  for (const AugmentConfig& config : {shear_zoom_flip(), all_geometry()})
    for (const ImageSize size : some_sizes) {
      Pixels pixels = noise(size, 1);
      const cv::Mat in(size.height, size.width, CV_8UC3, pixels.data());
      for (const auto& [fill, border] : borders)
        for (std::uint64_t i = 0; i < 5; ++i) {
          const Draw d = draw(config, size, {3, static_cast<std::uint64_t>(fill), i});
          const float* a = d.affine;
          const cv::Mat matrix = (cv::Mat_<double>(2, 3) << a[0], a[1], a[2], a[3], a[4], a[5]);
          cv::Mat want;
          cv::warpAffine(in, want, matrix, in.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, border, cv::Scalar(77, 77, 77));
          ASSERT_EQ(warped({pixels.data(), size}, d, {fill, 77}, size), Pixels(want.datastart, want.dataend))
              << size.height << "x" << size.width << " " << name_of(fill) << " draw " << i;
        }
    }
}

// The crop after the warp is a region of the whole warped picture.
TEST(OpencvWarp, ACropIsAPartOfTheWholeWarpedPicture) {
  AugmentConfig c = all_geometry();
  const ImageSize size{40, 48}, cropped{24, 24};
  const Pixels pixels = noise(size, 2);
  for (std::uint64_t i = 0; i < 20; ++i) {
    c.crop = 24;
    Draw d = draw(c, size, {1, 1, i});
    const Pixels got = warped({pixels.data(), size}, d, {}, cropped);
    const reference::FloatImage want = reference::transform({pixels.data(), size}, d, FillMode::nearest, 0, cropped);
    double sum = 0;
    for (std::size_t p = 0; p < got.size(); ++p) sum += std::abs(got[p] - want.values[p]);
    ASSERT_LE(sum / static_cast<double>(got.size()), 2) << "draw " << i;
  }
}

TEST(OpencvWarp, CropAndFlipsMovePixelsExactly) {
  AugmentConfig c{.horizontal_flip = true, .vertical_flip = true};
  for (const int crop : {0, 1, 5}) {
    c.crop = crop;
    for (const ImageSize size : {ImageSize{8, 8}, ImageSize{5, 11}, ImageSize{32, 32}}) {
      const Pixels pixels = noise(size, 4);
      for (std::uint64_t i = 0; i < 20; ++i) {
        const Draw d = draw(c, size, {1, 1, i});
        const ImageSize out = augmented_size(c, size);
        const Pixels got = warped({pixels.data(), size}, d, {}, out);
        const auto want = reference::transform({pixels.data(), size}, d, FillMode::nearest, 0, out);
        for (std::size_t p = 0; p < got.size(); ++p) ASSERT_EQ(got[p], want.values[p]);
      }
    }
  }
}

TEST(OpencvWarp, AWholePixelShiftIsExactInEveryFillMode) {
  const ImageSize size{6, 9};
  const Pixels pixels = noise(size, 6);
  Draw d;
  d.identity = false;
  d.shift_x = d.affine[2] = 3;
  d.shift_y = d.affine[5] = -2;
  for (const auto& [fill, border] : borders) {
    const auto want = reference::transform({pixels.data(), size}, d, fill, 9, size);
    const Pixels got = warped({pixels.data(), size}, d, {fill, 9}, size);
    for (std::size_t p = 0; p < got.size(); ++p) ASSERT_EQ(got[p], want.values[p]) << name_of(fill) << " " << border;
  }
}

// Bytes to bytes, as Keras and PIL do it: both backends give the same.
TEST(OpencvWarp, ChannelShiftAndBrightnessAreTheFusedBackends) {
  for (const ImageSize size : {ImageSize{16, 16}, ImageSize{1, 3}})
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Pixels pixels = noise(size, seed);
      for (std::uint8_t& p : pixels) p = static_cast<std::uint8_t>(20 + p / 2);
      RandomStream random{seed};
      Draw d;
      if (seed % 3 != 0) d.channel_shift = static_cast<float>(random.uniform(-90, 90));
      if (seed % 3 != 1) d.brightness = static_cast<float>(random.uniform(0.2, 3));
      ASSERT_EQ(warped({pixels.data(), size}, d, {}, size), warped({pixels.data(), size}, d, {}, size, AugmentBackend::fused))
          << seed;
    }
}

struct Difference {
  double worst = 0, mean = 0;
};

Difference from_reference(ImageView picture, AugmentBackend backend) {
  Difference all;
  std::size_t values = 0;
  for (const AugmentConfig& config : {shear_zoom_flip(), all_geometry()})
    for (const auto& [fill, border] : borders)
      for (std::uint64_t i = 0; i < 3; ++i) {
        const Draw d = draw(config, picture.size, {5, static_cast<std::uint64_t>(border), i});
        const Pixels got = warped(picture, d, {fill, 77}, picture.size, backend);
        const auto want = reference::transform(picture, d, fill, 77, picture.size);
        for (std::size_t p = 0; p < got.size(); ++p) {
          const double off = std::abs(got[p] - want.values[p]);
          all.worst = std::max(all.worst, off);
          all.mean += off;
        }
        values += got.size();
      }
  all.mean /= static_cast<double>(values);
  return all;
}

TEST(Warp, BothBackendsAreTheFloatReferencesOnPhotographs) {
  const std::vector<fs::path> files = test::photographs();
  if (files.empty()) GTEST_SKIP() << "no photographs in shared/data/catdog";
  for (const int side : {64, 128}) {
    for (std::size_t i = 0; i < files.size(); i += std::max<std::size_t>(1, files.size() / 6)) {
      test::Picture picture(ImageSize{side, side});
      decode_picture(test::read_file(files[i]), files[i].string(), {}, picture.span());
      const Difference of_opencv = from_reference(picture, AugmentBackend::opencv),
                       of_fused = from_reference(picture, AugmentBackend::fused);
      EXPECT_LE(of_opencv.worst, 8) << files[i];
      EXPECT_LE(of_opencv.mean, 0.5) << files[i];
      EXPECT_LE(of_fused.worst, 1) << files[i];
    }
  }
}

TEST(Warp, BothBackendsAreTheFloatReferencesOnPicturesOfLargeAndSmallStructure) {
  for (const ImageSize size : {ImageSize{64, 64}, ImageSize{48, 80}, ImageSize{90, 40}})
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const test::Picture picture = test::blotches(size, seed);
      const Difference opencv = from_reference(picture, AugmentBackend::opencv);
      EXPECT_LE(opencv.worst, 8) << size.height << "x" << size.width;
      EXPECT_LE(opencv.mean, 0.5) << size.height << "x" << size.width;
      EXPECT_LE(from_reference(picture, AugmentBackend::fused).worst, 1) << size.height << "x" << size.width;
    }
}

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& task : fs::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST(OpencvWarp, StartsNoThreads) {
  const ImageSize size{2000, 2000};
  const Pixels pixels = noise(size, 1);
  const Draw d = draw(all_geometry(), size, {1, 1, 1});
  warped({pixels.data(), size}, d, {}, size);
  EXPECT_EQ(cv::getNumThreads(), 1);
  const int before = threads_of_this_process();
  warped({pixels.data(), size}, d, {}, size);
  EXPECT_EQ(threads_of_this_process(), before);
}

}  // namespace
}  // namespace cnnbench
