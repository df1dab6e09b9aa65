#include "cnnbench/data/data_hash.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

void put_pictures(const test::TemporaryFolder& tree) {
  for (const char* name : {"train/cat/1.jpg", "train/cat/2.jpg", "train/dog/1.jpg", "validation/cat/1.jpg", "validation/dog/1.jpg"})
    tree.put(name, name);
}

std::string hash_of(const std::filesystem::path& folder) {
  DataConfig config;
  config.kind = DataKind::folder;
  config.path = folder.string();
  return data_hash(open_splits(config));
}

TEST(DataHash, IsTheSameWhereverTheFolderIs) {
  const test::TemporaryFolder one, other;
  put_pictures(one);
  put_pictures(other);
  EXPECT_EQ(hash_of(one.path()).size(), 64u);
  EXPECT_EQ(hash_of(one.path()), hash_of(other.path()));
}

TEST(DataHash, SeesAnotherNameAnotherSizeAnotherPictureAndAnotherClass) {
  const test::TemporaryFolder tree;
  put_pictures(tree);
  const std::string before = hash_of(tree.path());
  tree.put("train/cat/1.jpg", "longer than it was");
  const std::string resized = hash_of(tree.path());
  EXPECT_NE(resized, before);
  std::filesystem::rename(tree.path() / "train/cat/2.jpg", tree.path() / "train/cat/3.jpg");
  const std::string renamed = hash_of(tree.path());
  EXPECT_NE(renamed, resized);
  std::filesystem::rename(tree.path() / "train/cat/3.jpg", tree.path() / "train/dog/3.jpg");
  const std::string moved = hash_of(tree.path());
  EXPECT_NE(moved, renamed);
  tree.put("validation/dog/2.jpg", "x");
  EXPECT_NE(hash_of(tree.path()), moved);
}

TEST(DataHash, SeesPicturesOfTheSameNamesAndSizes) {
  const test::TemporaryFolder one, other;
  put_pictures(one);
  put_pictures(other);
  other.put("train/dog/1.jpg", "TRAIN/DOG/1.JPG");
  EXPECT_NE(hash_of(one.path()), hash_of(other.path()));
}

TEST(DataHash, OfPicturesThatAreNoFilesIsOfTheirNumberAndLabels) {
  DataConfig config;
  config.kind = DataKind::synthetic;
  config.limit_train = 10;
  const std::string ten = data_hash(open_splits(config));
  EXPECT_EQ(data_hash(open_splits(config)), ten);
  config.limit_train = 11;
  EXPECT_NE(data_hash(open_splits(config)), ten);
}

}  // namespace
}  // namespace cnnbench
