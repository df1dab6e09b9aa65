#include "cnnbench/results/rank_scaling.hpp"

#include <gmock/gmock.h>

namespace cnnbench {
namespace {

Row of_ranks(int ranks, double ips, int threads = 1, int cores = 2) {
  Row row;
  row.cpus_usable = ranks == 1 ? cores : 0;
  row.device = "cpu";
  row.batch_size = 32;
  row.threads = threads;
  row.ranks = ranks;
  row.cores = ranks == 1 ? 0 : cores;
  row.axes["ranks"] = std::to_string(ranks);
  row.status = "ok";
  row.samples_ips = {ips};
  row.median_ips = ips;
  return row;
}

TEST(RankScaling, EfficiencyIsTheSpeedOfACoreBesideThatOfFewestRanks) {
  // One process of two threads, two ranks of one, four ranks that share two cores: all have the same two cores.
  const auto all = rank_scaling({of_ranks(4, 500), of_ranks(1, 1000, 2), of_ranks(2, 700)});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].base, 1u);
  EXPECT_DOUBLE_EQ(all[0].efficiency, 0.5);
  EXPECT_DOUBLE_EQ(all[1].efficiency, 1);
  EXPECT_DOUBLE_EQ(all[2].efficiency, 0.7);
}

TEST(RankScaling, MoreCoresAreExpectedToGiveMore) {
  const auto all = rank_scaling({of_ranks(1, 1000, 1, 8), of_ranks(4, 3000, 1, 8)});
  EXPECT_DOUBLE_EQ(all[1].efficiency, 0.75);
}

TEST(RankScaling, AStepMayGrowWithTheRanks) {
  std::vector<Row> rows{of_ranks(1, 1000, 1, 8), of_ranks(4, 3600, 1, 8), of_ranks(4, 3000, 1, 8)};
  rows[1].batch_size = 4 * 32;
  for (Row& row : rows) row.config["loader"]["batch_size"] = row.batch_size;
  const auto all = rank_scaling(rows);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_DOUBLE_EQ(all[1].efficiency, 0.9);
  EXPECT_DOUBLE_EQ(all[2].efficiency, 0.75);
  rows[1].batch_size = 3 * 32;  // neither
  EXPECT_EQ(rank_scaling(rows)[1].base, 1u);
}

TEST(RankScaling, OnGpusARankIsADevice) {
  std::vector<Row> rows{of_ranks(1, 1000, 8, 16), of_ranks(2, 1800, 8, 16)};
  for (Row& row : rows) row.device = "cuda:0";
  EXPECT_DOUBLE_EQ(rank_scaling(rows)[1].efficiency, 0.9);
}

TEST(RankScaling, OnlyTheSameWorkOnTheSameMachineIsABase) {
  Row other_batch = of_ranks(1, 1000), other_machine = of_ranks(1, 1000), failed = of_ranks(1, 1000);
  other_batch.config["loader"]["batch_size"] = 64;
  other_machine.hostname_hash = "b";
  failed.status = "failed";
  for (const Row& base : {other_batch, other_machine, failed})
    EXPECT_THAT(rank_scaling({base, of_ranks(2, 700)}), testing::IsEmpty());
  EXPECT_THAT(rank_scaling({of_ranks(2, 700)}), testing::IsEmpty());  // nothing to compare with
  EXPECT_EQ(rank_scaling({of_ranks(2, 700), of_ranks(4, 600)}).size(), 2u);
}

// 32 pictures: 20 ms of computing side by side and 4 ms of exchange make 24.
TEST(RankScaling, AStepIsComputingAndThenTheExchange) {
  Row two = of_ranks(2, 1300);
  two.samples_apart_ips = {1600};
  two.samples_exchange_alone_us = {4000};
  summarize(two);
  ASSERT_TRUE(two.ranks_predicted_ips);
  EXPECT_NEAR(*two.ranks_predicted_ips, 32 / 0.024, 1e-9);
  two.samples_apart_slowest = {1.1};  // the slowest takes 22
  summarize(two);
  EXPECT_NEAR(*two.ranks_predicted_ips, 32 / 0.026, 1e-9);
  two.samples_exchange_beside_us = {2000};  // what it takes by itself is no matter then
  summarize(two);
  EXPECT_NEAR(*two.ranks_predicted_ips, 32 / 0.024, 1e-9);
  two.samples_exchange_beside_us.clear();
  two.samples_apart_slowest.clear();
  summarize(two);
  const auto all = rank_scaling({of_ranks(1, 2000, 2), two});
  EXPECT_NEAR(*all[1].predicted, 32 / 0.024 / 2000, 1e-9);
  EXPECT_FALSE(all[0].predicted);
  two.device = "cuda:0";
  summarize(two);
  EXPECT_FALSE(two.ranks_predicted_ips);
}

TEST(RankScaling, IsATableOfItsOwn) {
  Row two = of_ranks(2, 1300);
  two.samples_ips = {1300};
  two.samples_apart_ips = {1600};
  two.samples_exchange_alone_us = {4000};
  two.samples_exchange_beside_us = {4800};
  two.samples_exchange_wait_pct = {12};
  two.exchange_hidden_pct = 80;
  two.exchange_bytes = 3.25e6;
  summarize(two);
  const std::vector<Row> rows{of_ranks(1, 2000, 2), two};
  EXPECT_THAT(rows_table(rows, 0),
              testing::HasSubstr(
                  "ranks  images/s  efficiency  predicted  no exchange  exchange alone  beside work  waited  overlap  a step\n"
                  "    1     2,000        1.00          -            -               -            -       -        -       -\n"
                  "    2     1,300        0.65       0.65        1,600          4.0 ms       4.8 ms  12.0 %   80.0 %  3.2 MB\n"));
  EXPECT_THAT(rows_text(rows, RowFormat::json), testing::HasSubstr("\"efficiency\": 0.65"));
  EXPECT_THAT(rows_text({two}, RowFormat::json), testing::Not(testing::HasSubstr("\"scaling\"")));
}

}  // namespace
}  // namespace cnnbench
