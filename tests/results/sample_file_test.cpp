#include "cnnbench/results/sample_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string error_of(const fs::path& file, bool resume) {
  try {
    const SampleFile samples(file, resume, "rows.jsonl");
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(SampleFile, GoesOnWithWhatIsThere) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "rows.jsonl.samples";
  {
    SampleFile samples(file, false, "rows.jsonl");
    EXPECT_THAT(samples.found(), IsEmpty());
    samples.add({{"ips", 1}});
    samples.add({{"ips", 2}});
  }
  SampleFile again(file, true, "rows.jsonl");
  EXPECT_THAT(again.found(), ElementsAre(Json{{"ips", 1}}, Json{{"ips", 2}}));
  again.remove();
  EXPECT_FALSE(fs::exists(file));
}

TEST(SampleFile, WhatAKillCutOffOrIsNoObjectIsMeasuredAgain) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.put("samples", "{\"ips\":1}\n7\nnonsense\n{\"ips\":2");
  {
    SampleFile samples(file, true, "rows.jsonl");
    EXPECT_THAT(samples.found(), ElementsAre(Json{{"ips", 1}}));
    samples.add({{"ips", 3}});
  }
  EXPECT_EQ(folder.get("samples"), "{\"ips\":1}\n7\nnonsense\n{\"ips\":3}\n");
}

TEST(SampleFile, OneProcessWritesAtATimeAndNothingIsOverwritten) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "samples";
  {
    const SampleFile first(file, false, "rows.jsonl");
    EXPECT_THAT(error_of(file, true), HasSubstr("another cnnbench writes to rows.jsonl"));
  }
  EXPECT_THAT(error_of(file, false), HasSubstr("rows.jsonl is there already"));
  EXPECT_EQ(error_of(file, true), "no error");
  EXPECT_THAT(error_of(folder.path() / "no/folder/samples", false), HasSubstr("samples cannot be written"));
}

// The lock must not stay where reading failed: the second try would blame another process.
TEST(SampleFile, WhatCannotBeReadIsNamedEachTime) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.put("samples", "");
  fs::resize_file(file, (1ULL << 30) + 1);  // no block of it is on the disk
  const std::string first = error_of(file, true);
  EXPECT_THAT(first, HasSubstr("samples"));
  EXPECT_EQ(error_of(file, true), first);
}

}  // namespace
}  // namespace cnnbench
