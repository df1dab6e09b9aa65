#include "cnnbench/data/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstring>
#include <fstream>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "cnnbench/data/places.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void put(const fs::path& file, std::uint64_t seed = 1) { test::write_file(file, encode_jpeg(test::blotches({20, 24}, seed))); }

// cat.0.jpg ... in dir/class.
void fill(const fs::path& dir, const std::string& name, int count) {
  for (int i = 0; i < count; ++i) put(dir / name / (name + "." + std::to_string(i) + ".jpg"), static_cast<std::uint64_t>(i));
}

DataConfig config_for(const fs::path& path) {
  DataConfig c;
  c.path = path;
  c.image_size = square(8);
  return c;
}

Error error_of(const DataConfig& config) {
  try {
    open_splits(config);
  } catch (const Error& e) {
    return e;
  }
  return Error(ExitCode::ok, "no error");
}

TEST(Folder, TrainAndValidationWithLabelsInClassOrder) {
  for (const char* second : {"validation", "val", "valid", "test"}) {
    const TemporaryFolder f;
    fill(f.path() / "train", "dog", 2);
    fill(f.path() / "train", "cat", 3);
    fill(f.path() / second, "dog", 1);
    fill(f.path() / second, "cat", 1);
    const Splits s = open_splits(config_for(f.path()));
    EXPECT_THAT(s.train.class_names, ElementsAre("cat", "dog"));
    EXPECT_THAT(s.train.labels, ElementsAre(0, 0, 0, 1, 1));
    EXPECT_THAT(s.train.names, ElementsAre("cat/cat.0.jpg", "cat/cat.1.jpg", "cat/cat.2.jpg", "dog/dog.0.jpg", "dog/dog.1.jpg"));
    EXPECT_THAT(s.validation.labels, ElementsAre(0, 1));
    EXPECT_EQ(s.train.size, (ImageSize{8, 8}));
    EXPECT_EQ(s.warning, "");
  }
}

TEST(Folder, FetchGivesTheFileAndDecodeItsPixels) {
  const TemporaryFolder f;
  fill(f.path() / "train", "cat", 2);
  fill(f.path() / "train", "dog", 2);
  fill(f.path() / "test", "cat", 1);
  fill(f.path() / "test", "dog", 1);
  const Splits s = open_splits(config_for(f.path()));
  Bytes stored;
  s.train.fetch(1, stored);
  EXPECT_EQ(stored, test::read_file(f.path() / "train/cat/cat.1.jpg"));
  test::Picture out({8, 8});
  s.train.decode(1, stored, out.span());
  EXPECT_EQ(out, test::nearest(test::decode_by_scanlines(stored), {8, 8}));
}

TEST(Folder, ValidationSplitTakesTheFirstFilesOfEachClassAsKeras) {
  const TemporaryFolder f;
  fill(f.path(), "cat", 11);  // sorted as text: 0, 1, 10, 2, ...
  fill(f.path(), "dog", 5);
  DataConfig c = config_for(f.path());
  c.validation_split = 0.3;
  const Splits s = open_splits(c);
  EXPECT_THAT(s.validation.names, ElementsAre("cat/cat.0.jpg", "cat/cat.1.jpg", "cat/cat.10.jpg", "dog/dog.0.jpg"))
      << "int(0.3 * 11) = 3, int(0.3 * 5) = 1";
  EXPECT_EQ(s.train.names.front(), "cat/cat.2.jpg");
  EXPECT_EQ(s.train.count(), 12u);
}

TEST(Folder, SearchesBelowAClassInKerasOrder) {
  const TemporaryFolder f;
  for (const char* file : {"z.jpg", "a/x.jpg", "a-b/y.JPG", "a/c/w.png", "note.txt", ".hidden.jpg", ".git/v.jpg"})
    put(f.path() / file);
  EXPECT_THAT(list_pictures_below(f.path()), ElementsAre("z.jpg", "a/x.jpg", "a-b/y.JPG", "a/c/w.png"));
}

TEST(Folder, LinkLoopsEndAndLinkedFilesCount) {
  const TemporaryFolder f;
  put(f.path() / "cat/a.jpg");
  fs::create_directory_symlink(f.path(), f.path() / "cat/loop");
  fs::create_symlink(f.path() / "cat/a.jpg", f.path() / "cat/b.jpg");
  fs::create_directory_symlink(f.path() / "cat", f.path() / "dog");
  const FileList list = list_class_folders(f.path());
  EXPECT_THAT(list.names, ElementsAre("cat/a.jpg", "cat/b.jpg", "dog/a.jpg", "dog/b.jpg"));
}

TEST(Folder, LimitsSpreadEvenlyOverTheClassesFirstFilesFirst) {
  const TemporaryFolder f;
  fill(f.path() / "train", "a", 5);
  fill(f.path() / "train", "b", 1);
  fill(f.path() / "train", "c", 5);
  for (const char* c : {"a", "b", "c"}) fill(f.path() / "test", c, 2);
  DataConfig c = config_for(f.path());
  c.limit_train = 6;
  c.limit_validation = 4;
  const Splits s = open_splits(c);
  EXPECT_THAT(s.train.names, ElementsAre("a/a.0.jpg", "a/a.1.jpg", "a/a.2.jpg", "b/b.0.jpg", "c/c.0.jpg", "c/c.1.jpg"));
  EXPECT_THAT(s.validation.labels, ElementsAre(0, 0, 1, 2));
  c.limit_train = 2;
  EXPECT_THAT(error_of(c).what(), HasSubstr("limit_train = 2 is below the number of classes (3)"));
}

TEST(Folder, SaysWhatIsWrongAndWhatToDo) {
  const TemporaryFolder f;
  const auto expect = [&](const DataConfig& c, const std::string& what, const std::string& remedy) {
    const Error e = error_of(c);
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), HasSubstr(what));
    EXPECT_THAT(e.remedy(), HasSubstr(remedy));
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
  };
  DataConfig c = config_for(f.path() / "set");
  expect(c, "data.path: " + c.path + " is not there; the nearest folder that is there is " + f.path().string(),
         "scripts/get_data.sh catdog");
  expect(c, "is not there", "cnnbench data make");
  c.kind = DataKind::cifar10;
  expect(c, "is not there", "scripts/get_data.sh cifar10");
  c.kind = DataKind::folder;
  fs::create_directories(f.path() / "set");
  expect(c, "no class folders", "cat/*.jpg");
  test::write_file(f.path() / "file", {1});
  expect(config_for(f.path() / "file"), "is not a folder", "cat/*.jpg");
  fill(f.path() / "set", "cat", 3);
  expect(c, "only one class", "at least two");
  fs::create_directories(f.path() / "set/dog");
  expect(c, "no pictures in the class folder", "remove the folder");
  fill(f.path() / "set", "dog", 1);
  expect(c, "has no validation pictures", "validation_split=0.2");
  c.validation_split = 0.5;
  expect(c, "leaves class 'dog' (1 pictures) without validation", "validation_split");
  fill(f.path() / "two/train", "cat", 1);
  fill(f.path() / "two/train", "dog", 1);
  fill(f.path() / "two/validation", "cat", 1);
  fill(f.path() / "two/validation", "cow", 1);
  c = config_for(f.path() / "two");
  expect(c, "two/train lacks cow; ", "same class folders");
  c.validation_split = 0.2;
  expect(c, "has validation pictures of its own", "validation_split=0");
}

class BadPicture : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* part : {"train", "validation"})
      for (const char* name : {"cat", "dog"}) fill(folder.path() / part, name, 4);
    test::Encoded jpeg = test::read_file(folder.path() / "train/cat/cat.1.jpg");
    jpeg.resize(jpeg.size() / 2);
    test::write_file(folder.path() / "train/cat/cat.1.jpg", jpeg);
    test::write_file(folder.path() / "train/dog/dog.2.jpg", {});
    fs::create_symlink("nowhere", folder.path() / "train/dog/dog.9.jpg");
  }
  TemporaryFolder folder;
};

TEST_F(BadPicture, FailsOnlyWhenReachedAndNamesTheFile) {
  const Splits s = open_splits(config_for(folder.path()));
  Bytes stored;
  test::Picture out({8, 8});
  s.train.fetch(0, stored);
  s.train.decode(0, stored, out.span());
  s.train.fetch(1, stored);
  try {
    s.train.decode(1, stored, out.span());
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::StartsWith("train/cat/cat.1.jpg: truncated JPEG"));
    EXPECT_EQ(e.code(), ExitCode::failed);
    EXPECT_THAT(e.remedy(), HasSubstr("data.on_bad_image=skip"));
  }
  EXPECT_THROW(s.train.fetch(8, stored), Error) << "a link to nowhere";
}

TEST_F(BadPicture, SkipLeavesThemOutUpFrontAndListsThem) {
  DataConfig c = config_for(folder.path());
  c.on_bad_image = OnBadImage::skip;
  const Splits s = open_splits(c);
  EXPECT_THAT(s.train.names,
              ElementsAre("cat/cat.0.jpg", "cat/cat.2.jpg", "cat/cat.3.jpg", "dog/dog.0.jpg", "dog/dog.1.jpg", "dog/dog.3.jpg"));
  ASSERT_EQ(s.train.skipped.size(), 3u);
  EXPECT_EQ(s.train.skipped[0].name, "train/cat/cat.1.jpg");
  EXPECT_THAT(s.train.skipped[0].reason, HasSubstr("truncated JPEG"));
  EXPECT_EQ(s.train.skipped[1].reason, "empty file");
  EXPECT_THAT(s.train.skipped[2].reason, HasSubstr("No such file"));
  EXPECT_THAT(s.validation.skipped, IsEmpty());
  Bytes stored;
  s.train.fetch(1, stored);
  EXPECT_EQ(stored, test::read_file(folder.path() / "train/cat/cat.2.jpg")) << "indices follow what is left";
  for (int i : {0, 2, 3}) test::write_file(folder.path() / ("train/cat/cat." + std::to_string(i) + ".jpg"), {'x'});
  EXPECT_THAT(error_of(c).what(), HasSubstr("no readable picture in"));
}

// Sets CNNBENCH_DATA for one test.
class DataRoot : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder.path() / "data");
    setenv("CNNBENCH_DATA", (folder.path() / "data").c_str(), 1);
  }
  void TearDown() override { unsetenv("CNNBENCH_DATA"); }
  TemporaryFolder folder;
};

TEST_F(DataRoot, PathsAreFoundBesideItFromAnyWorkingDirectory) {
  fs::create_directories(folder.path() / "data/catdog-of-this-test");
  EXPECT_EQ(data_root(), folder.path() / "data");
  EXPECT_EQ(resolve_data_path("data/catdog-of-this-test"), folder.path() / "data/catdog-of-this-test");
  EXPECT_EQ(resolve_data_path("catdog-of-this-test"), folder.path() / "data/catdog-of-this-test");
  EXPECT_EQ(resolve_data_path("/tmp"), "/tmp");
  EXPECT_EQ(resolve_data_path("not/there"), "not/there");
}

TEST_F(DataRoot, MissingPicturesAreReplacedByDrawnOnesLoudly) {
  DataConfig c = config_for("data/catdog");
  c.fallback = Fallback::drawn;
  c.drawn_train = 4;
  c.drawn_validation = 2;
  const Splits s = open_splits(c);
  EXPECT_EQ(s.train.count(), 4u);
  EXPECT_EQ(s.validation.count(), 2u);
  EXPECT_THAT(s.warning, HasSubstr("no pictures at data/catdog: using drawn ones"));
  EXPECT_THAT(s.warning, HasSubstr("scripts/get_data.sh catdog"));
  EXPECT_TRUE(fs::is_directory(folder.path() / "data/drawn-4-2-1/train/cat"));
}

TEST(Synthetic, FixedPixelsWithoutFiles) {
  DataConfig c;
  c.kind = DataKind::synthetic;
  c.image_size = square(7);
  c.synthetic_classes = 3;
  c.limit_validation = 10;
  const Splits s = open_splits(c);
  EXPECT_EQ(s.train.count(), 2000u);
  EXPECT_EQ(s.validation.count(), 10u);
  EXPECT_THAT(s.validation.labels, ElementsAre(0, 1, 2, 0, 1, 2, 0, 1, 2, 0));
  Bytes stored;
  test::Picture a({7, 7}), b({7, 7}), other({7, 7}), validation({7, 7});
  s.train.fetch(3, stored);
  s.train.decode(3, stored, a.span());
  s.train.decode(3, stored, b.span());
  s.train.decode(4, stored, other.span());
  s.validation.decode(3, stored, validation.span());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, other);
  EXPECT_NE(a, validation);
}

}  // namespace
}  // namespace cnnbench
