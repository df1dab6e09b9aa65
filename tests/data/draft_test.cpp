#include "data/draft.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

TEST(Draft, OfAKilledProcessGoesWithTheNextAtTheSameTarget) {
  const test::TemporaryFolder tree;
  const fs::path target = tree.path() / "catdog";
  const Draft in_use(target);
  tree.put(".catdog.abc123/train/cat/1.jpg", "half");
  tree.put(".catdog.young1/train/cat/1.jpg", "half");
  tree.put(".catdog.backup9/cat/1.jpg", "mine");
  tree.put(".other.abc123/cat/1.jpg", "another's");
  for (const fs::path& old :
       {tree.path() / ".catdog.abc123", tree.path() / ".catdog.backup9", tree.path() / ".other.abc123", in_use.path()})
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(1));
  Draft next(target);
  EXPECT_FALSE(fs::exists(tree.path() / ".catdog.abc123"));
  EXPECT_TRUE(fs::exists(tree.path() / ".catdog.young1"));
  EXPECT_TRUE(fs::exists(tree.path() / ".catdog.backup9"));
  EXPECT_TRUE(fs::exists(tree.path() / ".other.abc123"));
  EXPECT_TRUE(fs::exists(in_use.path()));
  EXPECT_TRUE(next.finish());
  EXPECT_TRUE(fs::is_directory(target));
}

}  // namespace
}  // namespace cnnbench
