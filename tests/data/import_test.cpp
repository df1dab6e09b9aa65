#include "cnnbench/data/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "cnnbench/data/folder.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const test::Encoded& jpeg() {
  static const test::Encoded bytes = encode_jpeg(test::blotches({10, 12}, 1));
  return bytes;
}

TEST(Import, MicrosoftsFoldersWithBadFilesCountedAndNamed) {
  const test::TemporaryFolder f;
  for (const char* name : {"Cat", "Dog"})
    for (int i = 0; i < 11; ++i) test::write_file(f.path() / "in/PetImages" / name / (std::to_string(i) + ".jpg"), jpeg());
  test::write_file(f.path() / "in/PetImages/Cat/1.jpg", {});
  test::write_file(f.path() / "in/PetImages/Cat/Thumbs.db", {1, 2});
  std::size_t last = 0;
  const ImportReport r = import_pictures(f.path() / "in", f.path() / "out", {.train = 4, .validation = 2},
                                         [&](std::size_t done, std::size_t total) { last = done * 100 / total; });
  EXPECT_EQ(last, 100u);
  ASSERT_EQ(r.classes.size(), 2u);
  EXPECT_EQ(r.classes[0].name, "cat");
  EXPECT_EQ(r.classes[0].left_over, 4u);
  ASSERT_EQ(r.bad.size(), 1u);
  EXPECT_EQ(r.bad[0].name, "Cat/1.jpg");
  EXPECT_EQ(r.bad[0].reason, "empty file");
  EXPECT_THAT(list_pictures_below(f.path() / "out/train/cat"), ElementsAre("cat.0.jpg", "cat.2.jpg", "cat.3.jpg", "cat.4.jpg"));
  EXPECT_THAT(list_pictures_below(f.path() / "out/validation/cat"), ElementsAre("cat.5.jpg", "cat.6.jpg"));
  EXPECT_THAT(list_pictures_below(f.path() / "out/validation/dog"), ElementsAre("dog.4.jpg", "dog.5.jpg"));
}

TEST(Import, KagglesFlatFolderInTheOrderOfItsNumbers) {
  const test::TemporaryFolder f;
  for (const char* name : {"cat.", "dog."})
    for (int i = 0; i < 10; ++i) test::write_file(f.path() / "train" / (name + std::to_string(i * 7) + ".jpg"), jpeg());
  const ImportReport r = import_pictures(f.path(), f.path() / "out", {.link = true});
  EXPECT_EQ(r.classes[1].train, 8u) << "fewer than 5,000: in proportion";
  EXPECT_EQ(r.classes[1].validation, 2u);
  EXPECT_THAT(list_pictures_below(f.path() / "out/validation/dog"), ElementsAre("dog.56.jpg", "dog.63.jpg"));
  EXPECT_TRUE(fs::is_symlink(f.path() / "out/train/cat/cat.7.jpg"));
  EXPECT_EQ(test::read_file(f.path() / "out/train/cat/cat.7.jpg"), jpeg());
}

TEST(Import, WhatIsImportedCanBeOpened) {
  const test::TemporaryFolder f;
  for (const char* name : {"cat", "dog"})
    for (int i = 0; i < 5; ++i) test::write_file(f.path() / "in" / name / (std::to_string(i) + ".jpg"), jpeg());
  import_pictures(f.path() / "in", f.path() / "out");
  DataConfig c;
  c.path = f.path() / "out";
  const Splits s = open_splits(c);
  EXPECT_EQ(s.train.count(), 8u);
  EXPECT_EQ(s.validation.count(), 2u);
}

TEST(Import, RefusesWhatItCannotUse) {
  const test::TemporaryFolder f;
  EXPECT_THROW(import_pictures(f.path() / "none", f.path() / "out"), Error);
  test::write_file(f.path() / "in/cat/1.jpg", jpeg());
  EXPECT_THROW(import_pictures(f.path() / "in", f.path() / "out"), Error) << "one class";
  EXPECT_FALSE(fs::exists(f.path() / "out"));
  test::write_file(f.path() / "in/dog/1.jpg", jpeg());
  EXPECT_THROW(import_pictures(f.path() / "in", f.path() / "in"), Error) << "the destination exists";
}

TEST(CheckPictures, CountsSizesFormatsAndBadFiles) {
  const test::TemporaryFolder f;
  test::write_file(f.path() / "train/cat/a.jpg", jpeg());
  test::write_file(f.path() / "train/dog/b.jpg", test::encode_png(test::blotches({30, 40}, 1)));
  test::write_file(f.path() / "train/dog/c.jpg", {'x'});
  test::write_file(f.path() / "validation/cat/d.jpg", jpeg());
  fs::create_directories(f.path() / "validation/dog");
  const CheckReport r = check_pictures(f.path());
  EXPECT_EQ(r.pictures, 4u);
  ASSERT_EQ(r.classes.size(), 4u);
  EXPECT_EQ(r.classes[1].split + "/" + r.classes[1].name, "train/dog");
  EXPECT_EQ(r.classes[1].pictures, 2u);
  EXPECT_EQ(r.classes[1].bad, 1u);
  EXPECT_EQ(r.classes[3].pictures, 0u);
  EXPECT_EQ(r.width.min, 12);
  EXPECT_EQ(r.width.median, 12);
  EXPECT_EQ(r.height.max, 30);
  EXPECT_THAT(r.formats,
              ElementsAre(std::pair<std::string, std::size_t>("JPEG", 2), std::pair<std::string, std::size_t>("PNG", 1)));
  ASSERT_EQ(r.bad.size(), 1u);
  EXPECT_EQ(r.bad[0].name, "train/dog/c.jpg");
}

}  // namespace
}  // namespace cnnbench
