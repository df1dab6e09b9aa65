// What is registered by its own file is found, and is all that there is to know.
#include "cnnbench/data/kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cnnbench/data/decode.hpp"
#include "data/codecs.hpp"

namespace cnnbench {
namespace {

TEST(KindsOfData, EachNameThatAConfigTakesHasItsFile) {
  for (const auto& [kind, name] : EnumNames<DataKind>::values) {
    const KindOfData& known = kind_of_data(kind);
    EXPECT_EQ(known.kind, kind) << name;
    EXPECT_TRUE(known.open != nullptr && known.classes != nullptr) << name;
    EXPECT_EQ(known.reads_files(), !known.how_to_get.empty()) << name << ": who misses files is told where they are";
  }
}

TEST(KindsOfData, SayHowManyClassesThereAre) {
  const DataConfig config{.synthetic_classes = 7};
  EXPECT_EQ(kind_of_data(DataKind::cifar10).classes(config), 10);
  EXPECT_EQ(kind_of_data(DataKind::synthetic).classes(config), 7);
  EXPECT_EQ(kind_of_data(DataKind::drawn).classes(config), 2);
  EXPECT_EQ(kind_of_data(DataKind::folder).classes(config), 0) << "the folders tell";
}

TEST(Codecs, AreFoundByTheirFiles) {
  std::vector<std::string_view> formats;
  std::set<std::string_view> extensions;
  for (const codec::Codec& c : codec::codecs()) {
    formats.push_back(c.format);
    EXPECT_FALSE(c.extensions.empty()) << c.format;
    for (const std::string_view extension : c.extensions) EXPECT_TRUE(extensions.insert(extension).second) << extension;
  }
  EXPECT_THAT(formats, ::testing::ElementsAre("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WebP"));
  EXPECT_EQ(picture_extensions(), "bmp gif jpg jpeg jfif jpe png ppm pgm pnm tif tiff webp");
}

}  // namespace
}  // namespace cnnbench
