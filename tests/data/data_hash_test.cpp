#include "cnnbench/data/data_hash.hpp"

#include <gtest/gtest.h>

#include "support/recorded_tree.hpp"

namespace cnnbench {
namespace {

void put_pictures(const testing::RecordedTree& tree) {
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
  const testing::RecordedTree one, other;
  put_pictures(one);
  put_pictures(other);
  EXPECT_EQ(hash_of(one.root()).size(), 64u);
  EXPECT_EQ(hash_of(one.root()), hash_of(other.root()));
}

TEST(DataHash, SeesAnotherNameAnotherSizeAnotherPictureAndAnotherClass) {
  const testing::RecordedTree tree;
  put_pictures(tree);
  const std::string before = hash_of(tree.root());
  tree.put("train/cat/1.jpg", "longer than it was");
  const std::string resized = hash_of(tree.root());
  EXPECT_NE(resized, before);
  std::filesystem::rename(tree.root() / "train/cat/2.jpg", tree.root() / "train/cat/3.jpg");
  const std::string renamed = hash_of(tree.root());
  EXPECT_NE(renamed, resized);
  std::filesystem::rename(tree.root() / "train/cat/3.jpg", tree.root() / "train/dog/3.jpg");
  const std::string moved = hash_of(tree.root());
  EXPECT_NE(moved, renamed);
  tree.put("validation/dog/2.jpg", "x");
  EXPECT_NE(hash_of(tree.root()), moved);
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
