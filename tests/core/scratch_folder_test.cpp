#include "cnnbench/core/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {
namespace fs = std::filesystem;

struct ScratchFolders : testing::Test {
  void SetUp() override {
    if (const char* value = std::getenv("TMPDIR")) before = value;
    ::setenv("TMPDIR", temporary.c_str(), 1);
  }
  void TearDown() override { before ? ::setenv("TMPDIR", before->c_str(), 1) : ::unsetenv("TMPDIR"); }

  static void make_old(const fs::path& folder) {
    fs::last_write_time(folder, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }

  std::optional<std::string> before;
  test::TemporaryFolder tree;
  fs::path temporary = tree.path();
};

TEST_F(ScratchFolders, GoWithTheObject) {
  fs::path path;
  {
    const ScratchFolder folder;
    path = folder.path();
    std::ofstream(path / "file") << "text";
    EXPECT_EQ(path.parent_path(), temporary);
    EXPECT_TRUE(fs::exists(path / "file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ScratchFolders, OfAKilledProcessGoWithTheNext) {
  const fs::path killed = temporary / "cnnbench-scratch-killed", young = temporary / "cnnbench-scratch-young",
                 other = temporary / "other";
  for (const fs::path& folder : {killed, young, other}) fs::create_directories(folder / "live");
  fs::create_directory_symlink(other, temporary / "cnnbench-scratch-link");
  const ScratchFolder in_use;
  for (const fs::path& folder : {killed, other, in_use.path()}) make_old(folder);
  const ScratchFolder next;
  EXPECT_FALSE(fs::exists(killed));
  EXPECT_TRUE(fs::exists(young / "live"));
  EXPECT_TRUE(fs::exists(other / "live"));
  EXPECT_TRUE(fs::exists(temporary / "cnnbench-scratch-link"));
  EXPECT_TRUE(fs::exists(in_use.path()));
}

TEST_F(ScratchFolders, AreInTheWorkingFolderWhereThereIsNoOther) {
  const fs::path here = fs::current_path();
  fs::current_path(temporary);
  ::setenv("TMPDIR", "/proc", 1);  // nobody makes a folder there, not even root
  EXPECT_EQ(fs::canonical(ScratchFolder().path().parent_path()), fs::canonical(temporary));
  fs::current_path("/proc");
  try {
    const ScratchFolder none;
    ADD_FAILURE() << none.path();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find("no scratch folder can be made (/proc: "), 0U) << e.what();
  }
  fs::current_path(here);
}

}  // namespace
}  // namespace cnnbench
