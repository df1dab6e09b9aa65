// Folders as courses, archives and file servers leave them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/data/encode_jpeg.hpp"
#include "cnnbench/data/folder.hpp"
#include "cnnbench/data/import.hpp"
#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

void put(const fs::path& file) { test::write_file(file, encode_jpeg(test::blotches({12, 10}, 1))); }
void put_classes(const fs::path& folder, const std::vector<std::string>& names, int each = 2) {
  for (const std::string& name : names)
    for (int i = 0; i < each; ++i) put(folder / name / (std::to_string(i) + ".jpg"));
}

DataConfig config_for(const fs::path& path, double split = 0) {
  DataConfig c;
  c.path = path;
  c.image_size = square(8);
  c.validation_split = split;
  return c;
}

std::string error_of(const DataConfig& config) {
  try {
    open_splits(config);
  } catch (const Error& e) {
    return std::string(e.what()) + " -- " + e.remedy();
  }
  return "no error";
}

TEST(WildFolders, SplitsAreKnownByNameInAnyCase) {
  const std::pair<const char*, const char*> names[] = {
      {"training_set", "test_set"}, {"Train", "Val"},          {"TRAIN", "VALIDATION"}, {"Training", "Testing"},
      {"train_data", "valid"},      {"seg_train", "seg_test"}, {"trainset", "testset"}};
  for (const auto& [train, validation] : names) {
    const TemporaryFolder f;
    put_classes(f.path() / train, {"cats", "dogs"}, 3);
    put_classes(f.path() / validation, {"cats", "dogs"}, 1);
    const Splits s = open_splits(config_for(f.path()));
    EXPECT_THAT(s.train.class_names, ElementsAre("cats", "dogs")) << train;
    EXPECT_EQ(s.train.count(), 6u);
    EXPECT_EQ(s.validation.count(), 2u);
    EXPECT_EQ(s.validation.split, std::string(validation) + "/");
  }
}

TEST(WildFolders, UpToTwoFoldersInBetween) {
  const TemporaryFolder f;
  put_classes(f.path() / "course/dataset/training_set/training_set", {"cats", "dogs"}, 3);
  put_classes(f.path() / "course/dataset/test_set/test_set", {"cats", "dogs"}, 1);
  put(f.path() / "course/dataset/single_prediction/cat_or_dog_1.jpg");
  const Splits s = open_splits(config_for(f.path()));
  EXPECT_THAT(s.train.class_names, ElementsAre("cats", "dogs"));
  EXPECT_EQ(s.train.count(), 6u);
  EXPECT_EQ(s.validation.count(), 2u);
  EXPECT_THAT(s.notes, Contains(HasSubstr("not used: single_prediction/ (training: training_set/, validation: test_set/)")));
}

TEST(WildFolders, ClassFoldersBelowTheArchivesOwnFolder) {
  const TemporaryFolder f;
  put_classes(f.path() / "PetImages", {"Cat", "Dog"}, 4);
  test::write_file(f.path() / "readme[1].txt", {'x'});
  const Splits s = open_splits(config_for(f.path(), 0.25));
  EXPECT_THAT(s.train.class_names, ElementsAre("Cat", "Dog"));
  EXPECT_EQ(s.validation.count(), 2u);
  EXPECT_THAT(s.notes, Contains(HasSubstr("the class folders are those in " + (f.path() / "PetImages").string())));
}

TEST(WildFolders, SplitsAreNeverClasses) {
  const TemporaryFolder f;
  for (const char* part : {"train", "test1"})
    for (int i = 0; i < 3; ++i) put(f.path() / "kaggle" / part / ("cat." + std::to_string(i) + ".jpg"));
  EXPECT_THAT(error_of(config_for(f.path() / "kaggle", 0.2)),
              HasSubstr("holds test1/, train/: named like parts of a set, not like classes"));
  EXPECT_THAT(error_of(config_for(f.path() / "kaggle", 0.2)), HasSubstr("data import " + (f.path() / "kaggle").string()));
  put_classes(f.path() / "beside", {"cats", "dogs", "test"});
  EXPECT_THAT(error_of(config_for(f.path() / "beside", 0.2)), HasSubstr("holds test/: named like parts"));
  put_classes(f.path() / "three/train", {"cats", "dogs"});
  put(f.path() / "three/sample/1.jpg");
  EXPECT_THAT(error_of(config_for(f.path() / "three", 0.2)), HasSubstr("set data.path=" + (f.path() / "three/train").string()));
  put_classes(f.path() / "two/train", {"cats", "dogs"});
  put_classes(f.path() / "two/Training", {"cats", "dogs"});
  put_classes(f.path() / "two/val", {"cats", "dogs"});
  EXPECT_THAT(error_of(config_for(f.path() / "two")), HasSubstr("several folders for training: Training/, train/"));
}

TEST(WildFolders, ATrainAmongVehiclesIsAClass) {
  const TemporaryFolder f;
  put_classes(f.path(), {"car", "plane", "train"}, 4);
  EXPECT_THAT(open_splits(config_for(f.path(), 0.25)).train.class_names, ElementsAre("car", "plane", "train"));
}

TEST(WildFolders, WhatArchiversAndServersLeaveBehindIsNoClassAndNoPicture) {
  const TemporaryFolder f;
  put_classes(f.path() / "train", {"cat", "dog"}, 2);
  put_classes(f.path() / "validation", {"cat", "dog"}, 1);
  put(f.path() / "__MACOSX/train/cat/._0.jpg");
  put(f.path() / "train/__MACOSX/cat/._0.jpg");
  put(f.path() / "train/cat/._0.jpg");
  put(f.path() / "train/cat/@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg");
  put(f.path() / "train/.ipynb_checkpoints/0-checkpoint.jpg");
  test::write_file(f.path() / "train/cat/Thumbs.db", {1});
  test::write_file(f.path() / "train/dog/desktop.ini", {1});
  for (const char* name : {"train/dog/a.txt", "train/dog/b.TXT", "validation/dog/c.heic"}) test::write_file(f.path() / name, {1});
  const Splits s = open_splits(config_for(f.path()));
  EXPECT_THAT(s.train.names, ElementsAre("cat/0.jpg", "cat/1.jpg", "dog/0.jpg", "dog/1.jpg"));
  EXPECT_THAT(s.notes, Contains("3 files were left out: .txt 2, .heic 1"));
  EXPECT_THAT(s.notes, Contains(testing::AllOf(HasSubstr("__MACOSX"), HasSubstr("@eaDir 1"), HasSubstr("._* 1"),
                                               HasSubstr("Thumbs.db 1"), HasSubstr(".ipynb_checkpoints 1"))));
}

TEST(WildFolders, OtherNamesOfKnownFormatsAreRead) {
  const TemporaryFolder f;
  for (const char* split : {"train", "val"}) {
    put(f.path() / split / "a/1.jfif");
    put(f.path() / split / "a/2.JPE");
    test::write_file(f.path() / split / "b/1.pgm", {'P', '5', '\n', '1', ' ', '1', '\n', '2', '5', '5', '\n', 7});
  }
  const Splits s = open_splits(config_for(f.path()));
  EXPECT_EQ(s.train.count(), 3u);
  EXPECT_TRUE(s.notes.empty());
}

TEST(WildFolders, AClassWhoseNameIsNotUtf8IsRefusedWithTheCommandThatRenamesIt) {
  const TemporaryFolder f;
  put_classes(f.path() / "train", {"K\xe4tzchen", "dog"});
  put_classes(f.path() / "test", {"K\xe4tzchen", "dog"});
  const std::string error = error_of(config_for(f.path()));
  EXPECT_THAT(error, HasSubstr("the class folder $'K\\xe4tzchen'"));
  EXPECT_THAT(error, HasSubstr("mv " + (f.path() / "train").string() + "/$'K\\xe4tzchen'"));
  EXPECT_THAT(check_pictures(f.path()).problems, Contains(HasSubstr("not UTF-8")));
  const TemporaryFolder good;
  put_classes(good.path(), {"K\xc3\xa4tzchen", "\xe7\x8a\xac"}, 4);
  EXPECT_THAT(open_splits(config_for(good.path(), 0.25)).train.class_names, ElementsAre("K\xc3\xa4tzchen", "\xe7\x8a\xac"));
}

TEST(WildFolders, ABadFileIsNamedWithItsSplitAndOnce) {
  const TemporaryFolder f;
  for (const char* split : {"train", "validation"}) put_classes(f.path() / split, {"cat", "dog"}, 3);
  test::write_file(f.path() / "validation/cat/2.jpg", {'x'});
  test::write_file(f.path() / "train/cat/2.jpg", {});
  const Splits s = open_splits(config_for(f.path()));
  EXPECT_THAT(look_at_pictures(s),
              ElementsAre(HasSubstr("train/cat/2.jpg: empty file"), HasSubstr("validation/cat/2.jpg: not a picture")));
  Bytes stored;
  test::Picture out({8, 8});
  s.validation.fetch(2, stored);
  try {
    s.validation.decode(2, stored, out.span());
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::StartsWith("validation/cat/2.jpg: "));
  }
  DataConfig skipping = config_for(f.path());
  skipping.on_bad_image = OnBadImage::skip;
  const Splits left = open_splits(skipping);
  ASSERT_EQ(left.train.skipped.size(), 1u);
  EXPECT_EQ(left.train.skipped[0].name, "train/cat/2.jpg");
  ASSERT_EQ(left.validation.skipped.size(), 1u);
  EXPECT_EQ(left.validation.skipped[0].name, "validation/cat/2.jpg");
}

TEST(WildFolders, LookingFindsTruncatedFilesAndNoOthers) {
  const TemporaryFolder f;
  for (const char* split : {"train", "validation"}) put_classes(f.path() / split, {"cat", "dog"}, 2);
  const test::Encoded jpeg = encode_jpeg(test::blotches({90, 120}, 3)), png = test::encode_png(test::blotches({90, 120}, 3));
  const auto half = [](test::Encoded bytes) {
    bytes.resize(bytes.size() / 2);
    return bytes;
  };
  test::Encoded padded = jpeg;
  padded.insert(padded.end(), 3000, 0);  // a camera's padding behind the end: every pixel is there
  test::write_file(f.path() / "train/cat/half.jpg", half(jpeg));
  test::write_file(f.path() / "train/cat/half.png", half(png));
  test::write_file(f.path() / "train/cat/padded.jpg", padded);
  test::write_file(f.path() / "train/cat/whole.png", png);
  EXPECT_THAT(
      look_at_pictures(open_splits(config_for(f.path()))),
      ElementsAre(HasSubstr("train/cat/half.jpg: truncated JPEG"), HasSubstr("train/cat/half.png: bad PNG (the file ends early)")));
}

TEST(WildFolders, DeeperOnesAreSaidToBeTooDeep) {
  const TemporaryFolder f;
  put_classes(f.path() / "a/b/c/training_set", {"cats", "dogs"}, 3);
  put_classes(f.path() / "a/b/c/test_set", {"cats", "dogs"}, 1);
  for (const double split : {0.0, 0.3})
    EXPECT_THAT(error_of(config_for(f.path(), split)), testing::AllOf(HasSubstr("/a/b has only one class, 'c'"), HasSubstr("up to two folders below")));
}

TEST(WildImport, TheCoursesSetsStayWhatTheyAre) {
  const TemporaryFolder f;
  put_classes(f.path() / "dataset/training_set", {"cats", "dogs"}, 5);
  put_classes(f.path() / "dataset/test_set", {"cats", "dogs"}, 2);
  const ImportReport r = import_pictures(f.path() / "dataset", f.path() / "out");
  ASSERT_EQ(r.classes.size(), 2u);
  EXPECT_EQ(r.classes[0].name, "cats");
  EXPECT_EQ(r.classes[0].train, 5u);
  EXPECT_EQ(r.classes[0].validation, 2u);
  // 0.jpg of one set is not 0.jpg of the other.
  EXPECT_THAT(list_pictures_below(f.path() / "out/validation/cats"), ElementsAre("cats.0.jpg", "cats.1.jpg"));
  EXPECT_THAT(r.notes, testing::IsEmpty());
  EXPECT_EQ(open_splits(config_for(f.path() / "out")).validation.count(), 4u);
}

TEST(WildImport, TwoOfOneNameAreBothKept) {
  const TemporaryFolder f;
  put_classes(f.path() / "in", {"Cat", "cat", "Dog"}, 3);
  put(f.path() / "in/Dog/a/1.jpg");
  put(f.path() / "in/Dog/a_1.jpg");
  const ImportReport r = import_pictures(f.path() / "in", f.path() / "out", {.train = 100, .validation = 0});
  EXPECT_EQ(r.classes[0].train, 6u);
  EXPECT_EQ(r.classes[1].train, 5u);
  EXPECT_THAT(r.notes, Contains("Cat and cat are one class: cat"));
  EXPECT_THAT(r.notes, Contains(HasSubstr("cat: 3 pictures had the name of another")));
  EXPECT_THAT(list_pictures_below(f.path() / "out/train/cat"),
              ElementsAre("cat.0.jpg", "cat.0_2.jpg", "cat.1.jpg", "cat.1_2.jpg", "cat.2.jpg", "cat.2_2.jpg"));
}

TEST(WildCheck, CountsEachKind) {
  const TemporaryFolder f;
  put_classes(f.path() / "Train", {"cat", "dog"}, 3);
  put_classes(f.path() / "Val", {"cat", "dog"}, 1);
  fs::create_directories(f.path() / "Val/cow");
  test::Encoded bytes = encode_jpeg(test::blotches({40, 40}, 3)), extra = bytes;
  extra.insert(extra.end() - 2, {1, 2, 3});
  test::write_file(f.path() / "Train/cat/extra.jpg", extra);
  bytes.resize(bytes.size() / 2);
  test::write_file(f.path() / "Train/cat/half.jpg", bytes);
  test::write_file(f.path() / "Val/dog/half.jpg", bytes);
  test::write_file(f.path() / "Train/dog/empty.jpg", {});
  test::write_file(f.path() / "Train/dog/a.heic", {1});
  const CheckReport r = check_pictures(f.path());
  EXPECT_THAT(r.bad_kinds, ElementsAre(std::pair<std::string, std::size_t>("truncated JPEG", 2),
                                       std::pair<std::string, std::size_t>("empty file", 1)));
  EXPECT_EQ(r.bad[0].name, "Train/cat/half.jpg");
  ASSERT_EQ(r.warned.size(), 1u);
  EXPECT_EQ(r.warned[0].name, "Train/cat/extra.jpg");
  EXPECT_EQ(r.passed_over.files.at(".heic"), 1u);
  EXPECT_THAT(r.problems, ElementsAre("Val/cow: the class folder holds no pictures",
                                      HasSubstr("the classes of training (cat, dog) and validation (cat, cow, dog) differ")));
}

}  // namespace
}  // namespace cnnbench
