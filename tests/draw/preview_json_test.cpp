#include "cnnbench/draw/preview_json.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/draw/augment_sheet.hpp"
#include "made_preview.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

Experiment experiment() {
  Experiment e;
  e.name = "test";
  e.model.preset = "catdog_original";
  e.data.path = "somewhere";
  e.augment = {.rotation_degrees = 30,
               .width_shift = 0.2,
               .shear_degrees = 11.5,
               .zoom = 0.2,
               .horizontal_flip = true,
               .channel_shift = 30,
               .brightness = Range{0.5, 1.5},
               .crop = 48,
               .brightness_delta = 63,
               .contrast = Range{0.2, 1.8}};
  return e;
}

TEST(PreviewJson, DrawsTheSameSheetAgain) {
  const CountedPictures pictures(30, {64, 64});
  const Preview first = made_preview(experiment().augment, {64, 64}, {.count = 3, .versions = 4, .seed = 9});
  RecordedPreview again = read_preview(preview_json(first, experiment()).dump(), "aug.json");
  EXPECT_EQ(again.experiment, experiment());
  locate(again.preview, pictures.dataset);
  EXPECT_TRUE(fill(again.preview, pictures.dataset).empty());
  EXPECT_EQ(augment_sheet(again.preview).pixels, augment_sheet(first).pixels);
  EXPECT_EQ(preview_json(again.preview, again.experiment), preview_json(first, experiment()));
}

// A file name may hold any bytes; JSON may not.
TEST(PreviewJson, APictureWhoseNameIsNoUtf8IsFoundByItsIndex) {
  CountedPictures pictures(3, {64, 64});
  for (std::string& name : pictures.dataset.names) name += "\xff.jpg";
  Preview first = plan_preview(experiment(), pictures.dataset, {.count = 3, .versions = 1, .seed = 9});
  fill(first, pictures.dataset);
  const std::string text = preview_json(first, experiment()).dump(2, ' ', false, Json::error_handler_t::replace);
  Preview again = read_preview(text, "aug.json").preview;
  locate(again, pictures.dataset);
  EXPECT_TRUE(fill(again, pictures.dataset).empty());
  EXPECT_EQ(again.pictures[2].versions[0].pixels, first.pictures[2].versions[0].pixels);
}

TEST(PreviewJson, ADrawEditedByHandTakesEffect) {
  const CountedPictures pictures(30, {64, 64});
  Experiment e = experiment();
  e.augment = {.horizontal_flip = true};
  const Preview first = made_preview(e.augment, {64, 64}, {.count = 1, .versions = 1, .seed = 9});
  Json json = preview_json(first, e);
  bool flipped = json["pictures"][0]["versions"][0]["flipped_x"].get<bool>();
  json["pictures"][0]["versions"][0]["flipped_x"] = !flipped;
  RecordedPreview edited = read_preview(json.dump(), "aug.json");
  fill(edited.preview, pictures.dataset);
  const std::vector<std::uint8_t>&before = first.pictures[0].versions[0].pixels,
        &after = edited.preview.pictures[0].versions[0].pixels;
  EXPECT_EQ(before[0], after[63 * 3]);
  EXPECT_NE(before, after);
}

TEST(PreviewJson, ACropStaysWithinEachSide) {
  for (const ImageSize size : {ImageSize{50, 70}, ImageSize{70, 50}}) {
    const Preview preview = made_preview(experiment().augment, size, {.count = 1, .versions = 1, .seed = 9});
    Json json = preview_json(preview, experiment());
    Json& version = json["pictures"][0]["versions"][0];
    version["crop_x"] = size.width - 48;
    version["crop_y"] = size.height - 48;
    EXPECT_EQ(read_preview(json.dump(), "aug.json").preview.pictures[0].versions[0].draw.crop_y, size.height - 48);
    // There are 22 to spare on one side and 2 on the other.
    version["crop_x"] = version["crop_y"] = 2;
    version[size.width == 50 ? "crop_y" : "crop_x"] = 20;
    EXPECT_NO_THROW(read_preview(json.dump(), "aug.json"));
    version["crop_x"] = version["crop_y"] = 2;
    version[size.width == 50 ? "crop_x" : "crop_y"] = 20;
    EXPECT_THROW(read_preview(json.dump(), "aug.json"), Error);
  }
}

TEST(PreviewJson, EveryBrokenFileIsAnErrorThatNamesIt) {
  const Preview preview = made_preview(experiment().augment, {64, 64}, {.count = 1, .versions = 1, .seed = 9});
  const Json good = preview_json(preview, experiment());
  const auto broken = [&good](const char* pointer, const Json& value) {
    Json json = good;
    json[Json::json_pointer(pointer)] = value;
    return json.dump();
  };
  const std::string version = "/pictures/0/versions/0/";
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[1"), broken("/schema_version", 2), broken("/config", nullptr),
        broken("/config/data/image_size", -3), broken("/input_size", 64), broken("/input_size", {0, 64}),
        broken("/input_size", {16, 16}), broken("/pictures/0/index", "x"), broken((version + "zoom_x").c_str(), 0),
        broken((version + "zoom_x").c_str(), 1e300), broken((version + "crop_x").c_str(), 17),
        broken((version + "crop_y").c_str(), -1), broken((version + "rotation_degrees").c_str(), nullptr),
        broken((version + "flipped_x").c_str(), 1), broken((version + "epoch").c_str(), 0)}) {
    try {
      read_preview(text, "aug.json");
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::usage);
      EXPECT_TRUE(std::string(e.what()).starts_with("aug.json: ")) << e.what();
      EXPECT_FALSE(e.remedy().empty());
    }
  }
}

}  // namespace
}  // namespace cnnbench
