#include "cnnbench/data/folder_truth.hpp"

#include <gtest/gtest.h>

#include "support/pictures.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> classes{"cat", "dog"};

std::optional<std::size_t> truth(const fs::path& file, const fs::path& named) { return truth_of(file, named, classes); }

TEST(FolderTruth, IsTheNearestFolderThatNamesAClass) {
  EXPECT_EQ(truth("validation/cat/1.jpg", "validation"), 0U);
  EXPECT_EQ(truth("validation/dog/old/1.jpg", "validation"), 1U);
  EXPECT_EQ(truth("cat/dog/1.jpg", "cat"), 1U);
  EXPECT_EQ(truth("validation/bird/1.jpg", "validation"), std::nullopt);
  EXPECT_EQ(truth("validation/cats/1.jpg", "validation"), std::nullopt);
}

TEST(FolderTruth, CountsTheNamedFolderHoweverItIsWritten) {
  for (const char* named : {"a/cat", "a/cat/", "a/./cat/../cat", "./a//cat/"}) EXPECT_EQ(truth("a/cat/1.jpg", named), 0U) << named;
  const test::TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::create_directory(folder.path() / "dog");
  fs::current_path(folder.path() / "dog");
  EXPECT_EQ(truth("./1.jpg", "."), 1U);
  EXPECT_EQ(truth("1.jpg", "1.jpg"), 1U);
  fs::current_path(before);
}

// A user called cat has no cats in all folders.
TEST(FolderTruth, DoesNotLookAboveWhatWasNamed) {
  EXPECT_EQ(truth("/home/cat/pictures/1.jpg", "/home/cat/pictures"), std::nullopt);
  EXPECT_EQ(truth("/home/cat/pictures/1.jpg", "/home/cat/pictures/1.jpg"), std::nullopt);
  EXPECT_EQ(truth("/home/cat/1.jpg", "/home/cat/1.jpg"), 0U);
  EXPECT_EQ(truth("/1.jpg", "/1.jpg"), std::nullopt);
  EXPECT_EQ(truth("/1.jpg", "/"), std::nullopt);
}

}  // namespace
}  // namespace cnnbench
