#include "cnnbench/core/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <set>
#include <thread>

#include "cnnbench/core/abandoned.hpp"
#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::size_t entries(const fs::path& folder) { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})); }

template <class F>
Error error_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "no Error was thrown";
  return Error(ExitCode::ok, "");
}

TEST(WriteAtomic, ReplacesTheFileAndLeavesNothingElse) {
  const TemporaryFolder tree;
  const fs::path file = tree.put("a.json", "old and longer than the new one");
  write_atomic(file, "new");
  EXPECT_EQ(tree.get("a.json"), "new");
  EXPECT_EQ(entries(tree.path()), 1u);
}

void make_old(const fs::path& file) { fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1)); }

TEST(WriteAtomic, WhatAKilledWriterLeftGoesWithTheNext) {
  const TemporaryFolder tree;
  const fs::path file = tree.path() / "rows.csv";
  const fs::path killed = tree.put(".rows.csv.4000000-0.tmp", "half"), young = tree.put(".rows.csv.4000001-3.tmp", "half"),
                 another = tree.put(".other.csv.4000000-0.tmp", "half"), mine = tree.put(".rows.csv.notes.tmp", "mine");
  for (const fs::path& old : {killed, another, mine}) make_old(old);
  AtomicFile in_use(tree.path() / "in_use.csv");
  fs::path written;
  for (const auto& entry : fs::directory_iterator(tree.path()))
    if (entry.path().filename().string().starts_with(".in_use.csv.")) written = entry.path();
  make_old(written);
  write_atomic(file, "whole");
  EXPECT_FALSE(fs::exists(killed));
  for (const fs::path& kept : {young, another, mine, written}) EXPECT_TRUE(fs::exists(kept)) << kept;
  // Held by its writer, whoever comes meanwhile.
  EXPECT_LT(try_lock(written), 0);
  in_use.write("all of it");
  in_use.commit();
  EXPECT_EQ(tree.get("in_use.csv"), "all of it");
}

TEST(RequireWritable, SaysBeforeTheWorkWhatWritingWouldSay) {
  const TemporaryFolder tree;
  const fs::path there = tree.put("there.csv", "old");
  require_writable(there);
  require_writable(tree.path() / "new.csv");
  EXPECT_EQ(tree.get("there.csv"), "old");
  EXPECT_EQ(entries(tree.path()), 1u);
  EXPECT_THAT(error_of([&] { require_writable(tree.path() / "no/rows.csv"); }).what(),
              HasSubstr("no/rows.csv: No such file or directory"));
  EXPECT_THAT(error_of([&] { require_writable(tree.path()); }).what(), HasSubstr("Is a directory"));
  EXPECT_THAT(error_of([&] { require_writable(there / "rows.csv"); }).what(), HasSubstr("Not a directory"));
  // A pipe that nobody reads yet would wait for ever, and one that is read would end.
  const fs::path pipe = tree.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  require_writable(pipe);
}

TEST(WriteAtomic, KeepsEveryByte) {
  const TemporaryFolder tree;
  std::string all;
  for (int i = 0; i < 100000; ++i) all += static_cast<char>(i % 256);
  write_atomic(tree.path() / "a", all);
  EXPECT_EQ(read_file(tree.path() / "a", 1 << 20), all);
}

TEST(WriteAtomic, WithoutCommitTheOldFileStays) {
  const TemporaryFolder tree;
  const fs::path file = tree.put("a", "old");
  {
    AtomicFile half(file);
    half.write("half of the n");
    EXPECT_EQ(tree.get("a"), "old");
  }
  EXPECT_EQ(tree.get("a"), "old");
  EXPECT_EQ(entries(tree.path()), 1u);
}

TEST(WriteAtomic, GivesTheFileTheUsualPermissions) {
  const TemporaryFolder tree;
  const mode_t mask = ::umask(022);
  write_atomic(tree.path() / "a", "x");
  ::umask(mask);
  EXPECT_EQ(fs::status(tree.path() / "a").permissions(), static_cast<fs::perms>(0644));
}

TEST(WriteAtomic, FollowsASymbolicLink) {
  const TemporaryFolder tree;
  tree.put("there/a", "old");
  fs::create_symlink("there/a", tree.path() / "link");
  write_atomic(tree.path() / "link", "new");
  EXPECT_TRUE(fs::is_symlink(tree.path() / "link"));
  EXPECT_EQ(tree.get("there/a"), "new");
}

TEST(WriteAtomic, AFullDiskIsAnErrorWithARemedy) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const Error e = error_of([] { write_atomic("/dev/full", "x"); });
  EXPECT_EQ(e.code(), ExitCode::failed);
  EXPECT_STREQ(e.what(), "cannot write /dev/full: No space left on device");
  EXPECT_THAT(e.remedy(), HasSubstr("free some space"));
}

TEST(WriteAtomic, AMissingFolderIsNamed) {
  const TemporaryFolder tree;
  const Error e = error_of([&] { write_atomic(tree.path() / "no/such/a", "x"); });
  EXPECT_EQ(std::string(e.what()), "cannot write " + (tree.path() / "no/such/a").string() + ": No such file or directory");
  EXPECT_EQ(e.remedy(), "check the path");
}

TEST(WriteAtomic, ManyWritersAtOnceLeaveOneWholeFile) {
  const TemporaryFolder tree;
  const fs::path file = tree.path() / "a";
  {
    std::vector<std::jthread> writers;
    for (char c = 'a'; c < 'e'; ++c)
      writers.emplace_back([&file, c] {
        for (int i = 0; i < 20; ++i) write_atomic(file, std::string(5000, c));
      });
  }
  const std::string text = tree.get("a");
  EXPECT_EQ(text.size(), 5000u);
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 1u);
  EXPECT_EQ(entries(tree.path()), 1u);
}

TEST(ReadFile, RefusesMoreThanAllowed) {
  const TemporaryFolder tree;
  tree.put("a", "12345");
  EXPECT_EQ(read_file(tree.path() / "a", 5), "12345");
  EXPECT_THAT(error_of([&] { read_file(tree.path() / "a", 4); }).what(), HasSubstr("larger than 4 bytes"));
}

TEST(ReadFile, BoundsAFileThatSaysItIsEmpty) {
  EXPECT_FALSE(read_file("/proc/self/status", 1 << 20).empty());
  EXPECT_THAT(error_of([] { read_file("/dev/zero", 100000); }).what(), HasSubstr("larger than 100000 bytes"));
}

TEST(ReadFile, NamesWhatIsMissingOrAFolder) {
  const TemporaryFolder tree;
  EXPECT_THAT(error_of([&] { read_file(tree.path() / "none", 10); }).what(), HasSubstr("none: No such file or directory"));
  EXPECT_THAT(error_of([&] { read_file(tree.path(), 10); }).what(), HasSubstr("Is a directory"));
}

TEST(ReadFile, TooManyOpenFilesIsSaidWithARemedy) {
  rlimit before{}, none{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Error error = error_of([] { read_file("/proc/self/status", 1 << 20); });
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(error.what(), HasSubstr("Too many open files"));
  EXPECT_THAT(error.remedy(), HasSubstr("ulimit -n"));
}

TEST(RunFolder, IsNamedByNameAndTime) {
  const TemporaryFolder tree;
  const fs::path folder =
      make_run_folder(tree.path() / "runs", "catdog_original", std::chrono::system_clock::from_time_t(1700000000));
  EXPECT_THAT(folder.filename().string(), ::testing::MatchesRegex("catdog_original-2023111[45]-[0-9]{6}"));
  EXPECT_TRUE(fs::is_directory(folder));
  EXPECT_EQ(entries(folder), 0u);
}

TEST(RunFolder, IsNewEvenWithinOneSecond) {
  const TemporaryFolder tree;
  const auto now = std::chrono::system_clock::from_time_t(1700000000);
  const fs::path a = make_run_folder(tree.path(), "x", now), b = make_run_folder(tree.path(), "x", now),
                 c = make_run_folder(tree.path(), "x", now);
  EXPECT_EQ(b.string(), a.string() + "-2");
  EXPECT_EQ(c.string(), a.string() + "-3");
}

TEST(RunFolder, StaysBelowItsParentWhateverTheName) {
  const TemporaryFolder tree;
  for (const char* name : {"../../etc/passwd", "/abs", "", "...", "-rf", "a b\nc\t\x01", "K\xc3\xa4tzchen"}) {
    const fs::path folder = make_run_folder(tree.path(), name);
    EXPECT_EQ(folder.parent_path(), tree.path()) << name;
    EXPECT_THAT(folder.filename().string(), ::testing::MatchesRegex("[A-Za-z0-9_][A-Za-z0-9._-]*-[0-9]{8}-[0-9]{6}(-[0-9])?"))
        << name;
  }
}

TEST(RunFolder, ThatCannotBeMadeIsAnErrorWithARemedy) {
  const TemporaryFolder tree;
  tree.put("file", "");
  const Error e = error_of([&] { make_run_folder(tree.path() / "file", "x"); });
  EXPECT_EQ(e.code(), ExitCode::failed);
  EXPECT_THAT(e.what(), StartsWith("cannot use the run folder "));
  EXPECT_THAT(e.remedy(), HasSubstr("--run"));
  EXPECT_THROW(make_run_folder("/proc/self", "x"), Error);
}

TEST(RunFolder, NamedByTheUserIsMadeOnceAndNotOverwritten) {
  const TemporaryFolder tree;
  {
    const FolderClaim mine = use_run_folder(tree.path() / "a/b");
    EXPECT_THAT(error_of([&] { static_cast<void>(use_run_folder(tree.path() / "a/b")); }).what(),
                HasSubstr("another cnnbench writes to"));
  }
  static_cast<void>(use_run_folder(tree.path() / "a/b"));  // still empty, and nobody's
  EXPECT_EQ(entries(tree.path() / "a/b"), 0u);
  tree.put("a/b/result.json", "{}");
  EXPECT_THAT(error_of([&] { static_cast<void>(use_run_folder(tree.path() / "a/b")); }).what(),
              HasSubstr("already holds a run (result.json)"));
}

TEST(RunFolder, WhatKilledProcessesHadNotFinishedGoesWithTheNextOne) {
  const TemporaryFolder tree;
  const auto litter = [&] {
    for (const char* name :
         {".config.json.4711-0.tmp", ".state-00000002.safetensors.12-3.tmp", ".writable.99", "mine.tmp", ".hidden"})
      tree.put(name, "x");
  };
  const auto names = [&] {
    std::set<std::string> out;
    for (const auto& entry : fs::directory_iterator(tree.path())) out.insert(entry.path().filename().string());
    return out;
  };
  litter();
  { const FolderClaim claim = use_run_folder(tree.path()); }
  EXPECT_EQ(names(), (std::set<std::string>{"mine.tmp", ".hidden"}));
  tree.put("config.json", "{}");
  litter();
  { const FolderClaim claim = reuse_run_folder(tree.path()); }
  EXPECT_EQ(names(), (std::set<std::string>{"mine.tmp", ".hidden", "config.json"}));
  const FolderClaim mine = reuse_run_folder(tree.path());
  EXPECT_THAT(error_of([&] { static_cast<void>(reuse_run_folder(tree.path())); }).what(), HasSubstr("another cnnbench writes to"));
}

TEST(LineFile, AddsLinesToWhatIsThere) {
  const TemporaryFolder tree;
  tree.put("log.txt", "before\n");
  {
    LineFile log(tree.path() / "log.txt");
    log.line("one");
    LineFile moved = std::move(log);
    moved.line("two");
    EXPECT_FALSE(log.is_open());  // NOLINT: what a moved-from file is, is the point
    log.line("nowhere");
  }
  EXPECT_EQ(tree.get("log.txt"), "before\none\ntwo\n");
}

TEST(LineFile, MovesLikeAValue) {
  const TemporaryFolder tree;
  LineFile a(tree.path() / "a.csv"), b(tree.path() / "b.csv");
  LineFile moved = std::move(a);
  moved.line("1");
  b = std::move(moved);
  b.line("2");
  EXPECT_EQ(tree.get("a.csv"), "1\n2\n");
  EXPECT_EQ(tree.get("b.csv"), "");
}

TEST(LineFile, ReportsAFullDisk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  LineFile log("/dev/full");
  EXPECT_THAT(error_of([&] { log.line("x"); }).what(), HasSubstr("/dev/full: No space left on device"));
}

}  // namespace
}  // namespace cnnbench
