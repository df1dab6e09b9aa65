#include "cnnbench/measure/shard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using Variables = std::map<std::string, std::string>;

EnvironmentVariable reads(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional(at->second);
  };
}

Variables array(const char* id, const char* min, const char* max, const char* count, const char* step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", min},
          {"SLURM_ARRAY_TASK_MAX", max},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

std::string refusal(const std::string& text, const Variables& variables = {}) {
  try {
    parse_shard(text, reads(variables));
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return std::string(e.what()) + " -- " + e.remedy();
  }
  return "accepted";
}

TEST(Shard, IsWrittenAsOthersWriteIt) {
  EXPECT_EQ(parse_shard("1/3", reads({})), (Shard{1, 3}));
  EXPECT_EQ(parse_shard("3/3", reads({})), (Shard{3, 3}));
  EXPECT_EQ(shard_text(parse_shard("2/16", reads({}))), "2/16");
}

TEST(Shard, ARefusalNamesTheRange) {
  EXPECT_EQ(refusal("0/3"), "--shard 0/3: shards count from 1 to 3 -- the first is --shard 1/3, the last --shard 3/3");
  EXPECT_THAT(refusal("4/3"), testing::HasSubstr("shards count from 1 to 3"));
  EXPECT_THAT(refusal("1/0"), testing::HasSubstr("there are 1 to 100000 shards"));
  for (const char* bad : {"", "2", "/", "1/", "/2", "a/b", "1/2/3", "1.5/2", " 1/2", "-1/2", "99999999999/2"})
    EXPECT_THAT(refusal(bad), testing::HasSubstr("--shard")) << bad;
}

TEST(Shard, IsTheTasksPlaceInASlurmArray) {
  EXPECT_EQ(parse_shard("slurm", reads(array("0", "0", "3", "4", "1"))), (Shard{1, 4}));
  EXPECT_EQ(parse_shard("slurm", reads(array("4", "1", "4", "4", "1"))), (Shard{4, 4}));
  EXPECT_EQ(parse_shard("slurm", reads(array("20", "10", "30", "3", "10"))), (Shard{2, 3}));
  EXPECT_EQ(parse_shard("slurm", reads(array("13", "5", "15", "3", "4"))), (Shard{3, 3}));  // --array=5-15:4 is 5, 9, 13
  EXPECT_EQ(parse_shard("slurm", reads(array("7", "7", "7", "1", "1"))), (Shard{1, 1}));
}

TEST(Shard, AnArrayWithHolesIsRefused) {
  EXPECT_THAT(refusal("slurm", array("5", "1", "9", "3", "1")), testing::HasSubstr("its place among them is not known"));
  EXPECT_THAT(refusal("slurm", array("12", "1", "9", "9", "1")), testing::HasSubstr("not known"));
  EXPECT_THAT(refusal("slurm", array("2", "1", "9", "0", "0")), testing::HasSubstr("not known"));
  EXPECT_THAT(refusal("slurm"), testing::HasSubstr("SLURM_ARRAY_TASK_ID is not set"));
  EXPECT_THAT(refusal("slurm", array("two", "1", "9", "9", "1")), testing::HasSubstr("SLURM_ARRAY_TASK_ID=two"));
}

TEST(Shard, KnowsAnArrayOfSeveralTasks) {
  EXPECT_TRUE(in_slurm_array(reads(array("1", "1", "2", "2", "1"))));
  EXPECT_FALSE(in_slurm_array(reads(array("1", "1", "1", "1", "1"))));
  EXPECT_FALSE(in_slurm_array(reads({{"SLURM_JOB_ID", "7"}})));
}

std::vector<int> sizes(std::size_t cells, int count) {
  std::vector<int> out(static_cast<std::size_t>(count));
  for (std::size_t place = 0; place < cells; ++place) ++out.at(static_cast<std::size_t>(shard_of(place, count) - 1));
  return out;
}

TEST(Shard, SharesDifferByAtMostOneCell) {
  for (int count = 1; count <= 64; ++count)
    for (std::size_t cells = 0; cells <= 200; ++cells) {
      const std::vector<int> all = sizes(cells, count);  // .at() refuses a shard beyond count
      const auto [least, most] = std::minmax_element(all.begin(), all.end());
      EXPECT_LE(*most - *least, 1) << cells << " cells, " << count << " shards";
    }
}

// 1 to 4 workers, and 4 batch sizes that take 1, 2, 4 and 8 times as long: dealt out in turn, one of two shards would get all cells
// with the longest batch of each pair.
TEST(Shard, NoShardGetsAllOfOneValueOfAnAxis) {
  for (const int count : {2, 4}) {
    std::map<int, std::map<std::size_t, int>> batches, workers;
    for (std::size_t place = 0; place < 16; ++place) {
      ++batches[shard_of(place, count)][place % 4];
      ++workers[shard_of(place, count)][place / 4];
    }
    for (int shard = 1; shard <= count; ++shard) {
      EXPECT_EQ(workers[shard].size(), 4U) << shard << "/" << count;
      if (count == 4) EXPECT_EQ(batches[shard].size(), 4U) << shard;
    }
  }
  std::map<int, std::vector<std::size_t>> two;
  for (std::size_t place = 0; place < 8; ++place) two[shard_of(place, 2)].push_back(place);
  EXPECT_THAT(two[1], testing::ElementsAre(0, 3, 5, 6));  // Thue and Morse
}

// Prouhet: with 27 cells in 3 shards sums of the places, and of their squares, are equal.
TEST(Shard, CostsThatGrowWithThePlaceEvenOut) {
  std::map<int, std::pair<std::size_t, std::size_t>> sums;
  for (std::size_t place = 0; place < 27; ++place) {
    sums[shard_of(place, 3)].first += place;
    sums[shard_of(place, 3)].second += place * place;
  }
  EXPECT_EQ(sums[1], sums[2]);
  EXPECT_EQ(sums[1], sums[3]);
}

}  // namespace
}  // namespace cnnbench
