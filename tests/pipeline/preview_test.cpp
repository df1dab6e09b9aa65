#include "cnnbench/pipeline/preview.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cnnbench/core/error.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "counted_pictures.hpp"
#include "every_augmentation.hpp"

namespace cnnbench {
namespace {

AugmentConfig everything() {
  AugmentConfig a = every_augmentation();
  a.crop = 17;
  a.fill_mode = FillMode::reflect;
  return a;
}

Experiment experiment_with(const AugmentConfig& augment) {
  Experiment e;
  e.name = "test";
  e.augment = augment;
  return e;
}

bool same_parameters(const Draw& a, const Draw& b) {
  return std::equal(std::begin(a.affine), std::end(a.affine), std::begin(b.affine)) && a.identity == b.identity &&
         a.channel_shift == b.channel_shift && a.brightness == b.brightness && a.brightness_delta == b.brightness_delta &&
         a.contrast == b.contrast && a.crop_x == b.crop_x && a.crop_y == b.crop_y;
}

TEST(Preview, ShowsWhatTheLoaderGivesBitForBit) {
  for (const AugmentConfig& augment : {everything(), AugmentConfig{}}) {
    const CountedPictures pictures(11, {20, 24});
    Preview preview = plan_preview(experiment_with(augment), pictures.dataset, {.count = 5, .versions = 3, .seed = 42});
    fill(preview, pictures.dataset);

    // Three passes of training, with workers and a cache.
    Loader loader(pictures.dataset, augment,
                  {.workers = 3, .batch_size = 4, .seed = 42, .last_batch = 9, .cache = CacheMode::decoded});
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::pair<Draw, std::vector<std::uint8_t>>> trained;
    std::vector<std::uint32_t> order;
    while (const auto batch = loader.next()) {
      const std::size_t bytes = batch->size.bytes();
      EXPECT_EQ(batch->size, preview.output);
      for (std::size_t i = 0; i < batch->count(); ++i) {
        const auto pixels = batch->pixels.subspan(i * bytes, bytes);
        trained[{batch->pass, batch->indices[i]}] = {batch->draws[i], {pixels.begin(), pixels.end()}};
        if (batch->pass == 0) order.push_back(batch->indices[i]);
      }
    }
    ASSERT_EQ(preview.pictures.size(), 5U);
    for (std::size_t p = 0; p < 5; ++p) {
      const PreviewPicture& picture = preview.pictures[p];
      EXPECT_EQ(picture.index, order[p]);
      EXPECT_EQ(picture.original, pictures.pixels(picture.index));
      EXPECT_EQ(picture.class_name, picture.index % 2 == 0 ? "even" : "odd");
      ASSERT_EQ(picture.versions.size(), 3U);
      for (const PreviewVersion& version : picture.versions) {
        const auto& [picked, pixels] = trained.at({version.pass, static_cast<std::uint32_t>(picture.index)});
        EXPECT_TRUE(same_parameters(version.draw, picked));
        EXPECT_EQ(version.pixels, pixels);
      }
    }
  }
}

TEST(Preview, ReadsEachPictureOnceHoweverManyVersions) {
  const CountedPictures pictures(20, {8, 8});
  Preview preview = plan_preview(experiment_with({.zoom = 0.2}), pictures.dataset, {.count = 3, .versions = 50, .seed = 1});
  fill(preview, pictures.dataset);
  int decoded = 0;
  for (const auto& times : pictures.decoded) decoded += times;
  EXPECT_EQ(decoded, 3);
}

TEST(Preview, OfFewPicturesShowsThemAll) {
  const CountedPictures pictures(2, {8, 8});
  const Preview preview = plan_preview(experiment_with({}), pictures.dataset, {.count = 9, .versions = 1, .seed = 1});
  EXPECT_EQ(preview.pictures.size(), 2U);
}

TEST(Preview, AMatrixMadeFromTheParametersIsTheDrawsOwn) {
  const AugmentConfig augment = everything();
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Draw drawn = draw(augment, {40, 30}, {7, 1, i});
    Draw parameters = drawn;
    std::fill(std::begin(parameters.affine), std::end(parameters.affine), 0.0F);
    EXPECT_TRUE(same_parameters(with_matrix(parameters, augment, {40, 30}), drawn));
  }
}

TEST(Preview, FindsPicturesByNameWhereverTheyStandNow) {
  const CountedPictures pictures(6, {8, 8});
  Preview preview = plan_preview(experiment_with({}), pictures.dataset, {.count = 6, .versions = 1, .seed = 1});
  for (PreviewPicture& p : preview.pictures) p.index = 5 - p.index;
  locate(preview, pictures.dataset);
  for (const PreviewPicture& p : preview.pictures) EXPECT_EQ(p.name, pictures.dataset.names[p.index]);
}

TEST(Preview, SaysWhichPictureIsMissingAndWhichHasChanged) {
  const CountedPictures pictures(6, {8, 8});
  Preview preview = plan_preview(experiment_with({}), pictures.dataset, {.count = 2, .versions = 1, .seed = 1});
  EXPECT_TRUE(fill(preview, pictures.dataset).empty());
  preview.pictures[1].sha256 = "another";
  EXPECT_EQ(fill(preview, pictures.dataset), std::vector{preview.pictures[1].name});
  preview.pictures[0].name = "nowhere.jpg";
  EXPECT_THROW(locate(preview, pictures.dataset), Error);
  preview.input = {9, 9};
  EXPECT_THROW(locate(preview, pictures.dataset), Error);
}

}  // namespace
}  // namespace cnnbench
