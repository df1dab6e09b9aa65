#include "cnnbench/results/projection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnnbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A step of 10 ms, half of it back; one bucket of 1 MB at its end, over 1 GB/s: 1 ms for two ranks, 1.5 ms for four.
Projection projection() {
  Projection p{.result = "runs/mine", .work = "net, cpu (EPYC)", .rank = {}, .question = {}, .rows = {}, .notes = {"a | note"}};
  p.rank = {.step = {.fixed = 0.01}, .backward_share = 0.5, .variation = 0, .buckets = {{1e6, 1}}, .hides_exchange = true};
  p.question = {.batch = 10, .scaling = Scaling::weak, .net = {.between = {0, 1e9}}, .algorithm = {}};
  for (const int ranks : {1, 2, 4}) p.rows.push_back(project(p.rank, p.question, ranks));
  return p;
}

TEST(ProjectionText, ATableForPeople) {
  EXPECT_EQ(projection_table(projection(), 0), R"(net, cpu (EPYC): 10 pictures a rank and step (weak scaling)

ranks  step ms  images/s  efficiency %  exchange ms  hidden %  exposed %  slowest %  allreduce
    1       10     1,000         100.0            -         -        0.0        0.0  -
    2       11     1,818          90.9            1       0.0        9.1        0.0  ring
    4     11.5     3,478          87.0          1.5       0.0       13.0        0.0  ring

exchange: of gradients; hidden: of it, beside the backward pass; exposed, slowest: of the step, waiting for gradients and for the slowest rank

- a | note
)");
}

TEST(ProjectionText, ColumnsGoWhereThereIsNoRoom) {
  const std::string text = projection_table(projection(), 70);
  EXPECT_THAT(text, Not(HasSubstr("allreduce")));
  EXPECT_THAT(text, HasSubstr("efficiency %"));
  EXPECT_THAT(text, HasSubstr("-o md has all columns"));
  std::size_t from = text.find("ranks  ");
  EXPECT_LE(text.find('\n', from) - from, 70u);
}

TEST(ProjectionText, MarkdownIsMarkdown) {
  const std::string text = projection_markdown(projection());
  EXPECT_THAT(text, HasSubstr("| 4 | 11.5 | 3,478 | 87.0 | 1.5 | 0.0 | 13.0 | 0.0 | ring |\n"));
  EXPECT_THAT(text, HasSubstr("- a \\| note\n"));
}

TEST(ProjectionText, CsvHasARowANumberOfRanks) {
  const std::string text = projection_csv(projection());
  EXPECT_THAT(text, HasSubstr("ranks,batch_per_rank,step_seconds,"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_THAT(text, HasSubstr("\r\n2,10.0,0.011,0.01,0.0,0.001"));
}

TEST(ProjectionText, JsonHoldsWhatItFollowsFrom) {
  const auto json = projection_json(projection());
  EXPECT_EQ(json["rank"]["fixed_seconds"], 0.01);
  EXPECT_EQ(json["interconnect"]["between"]["bandwidth_bytes_per_second"], 1e9);
  EXPECT_TRUE(json["algorithm"].is_null());
  EXPECT_TRUE(json["rows"][0]["hidden_pct"].is_null());
  EXPECT_EQ(json["rows"][1]["allreduce"], "ring");
}

TEST(ProjectionText, QuantitiesAreWrittenAsTheyAreTyped) {
  EXPECT_EQ(latency_text(5e-6), "5 us");
  EXPECT_EQ(latency_text(2e-7), "200 ns");
  EXPECT_EQ(latency_text(0.0015), "1.5 ms");
  EXPECT_EQ(bandwidth_text(25e9), "25 GB/s");
  EXPECT_EQ(bandwidth_text(1.25e8), "125 MB/s");
}

}  // namespace
}  // namespace cnnbench
