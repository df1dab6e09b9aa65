#include "cnnbench/results/scaling_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;

// 64 pixels, two classes, 1,000 images/s; a fifth of the time waiting for pictures.
Row row(int batch, double ips = 1000, int workers = 2) {
  Experiment e;
  e.model.preset = "catdog_original";
  e.loader.batch_size = batch;
  e.loader.workers = workers;
  Row r;
  r.config = to_json(e);
  r.model = "catdog_original";
  r.device = "cpu";
  r.cpu_info = "EPYC";
  r.precision = "float32";
  r.threads = 2;
  r.classes = 2;
  r.batch_size = batch;
  r.samples_ips = {ips};
  r.samples_data_wait_pct = {20};
  r.status = "ok";
  summarize(r);
  return r;
}

std::string refusal(const std::vector<Row>& rows, ExitCode code, const ScalingChoice& choice = {}) {
  try {
    scaling_source({.rows = rows, .runs = {}, .damaged = {}}, choice);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), code);
    return std::string(e.what()) + "; " + e.remedy();
  }
  return "nothing";
}

ScalingSource source(const std::vector<Row>& rows, const ScalingChoice& choice = {}) {
  return scaling_source({.rows = rows, .runs = {}, .damaged = {}}, choice);
}

TEST(ScalingSource, OfOneCellIsItsStepWithoutTheWaiting) {
  const ScalingSource s = source({row(32)});
  EXPECT_EQ(s.work, "catdog_original, cpu (EPYC), float32, 2 threads");
  ASSERT_EQ(s.measured.size(), 1u);
  EXPECT_NEAR(s.measured[0].seconds, 0.8 * 0.032, 1e-12);
  EXPECT_NEAR(s.rank.step.of(32), 0.8 * 0.032, 1e-12);
  EXPECT_FALSE(s.rank.hides_exchange);
  EXPECT_EQ(s.rank.buckets.size(), 2u);
  EXPECT_EQ(s.rank.variation, 0);
  EXPECT_NEAR(s.rank.backward_share, 2.0 / 3, 1e-12);
  EXPECT_THAT(s.notes, testing::Contains(HasSubstr("20 % of the time it waited for pictures")));
  EXPECT_THAT(s.notes, testing::Contains(HasSubstr("how a step's time varies is unknown")));
  EXPECT_THAT(s.notes, testing::Contains(
                           HasSubstr("gradients: 3.25 MB a step in 2 buckets; the backward pass is 67 % of a step (assumed)")));
}

TEST(ScalingSource, OfSeveralBatchSizesIsALine) {
  // 1 ms and 0.25 ms a picture, whatever order they stand in.
  const auto ips = [](int batch) { return 0.8 * batch / (0.001 + 0.00025 * batch); };
  const ScalingSource s = source({row(64, ips(64)), row(16, ips(16)), row(32, ips(32))});
  EXPECT_NEAR(s.rank.step.fixed, 0.001, 1e-9);
  EXPECT_NEAR(s.rank.step.per_picture, 0.00025, 1e-9);
  EXPECT_EQ(s.measured.front().pictures, 16);
  EXPECT_EQ(s.measured.back().pictures, 64);
}

TEST(ScalingSource, TakesTheMeasuredBackwardPassAndWhatIsChosen) {
  Row measured = row(32);
  measured.copy_us = 1;
  measured.forward_us = 3;
  measured.backward_us = 5;
  measured.optimizer_us = 1;
  const ScalingSource s = source({measured}, {.variation = 0.04, .hides_exchange = true});
  EXPECT_NEAR(s.rank.backward_share, 0.5, 1e-12);
  EXPECT_EQ(s.rank.variation, 0.04);
  EXPECT_TRUE(s.rank.hides_exchange);
}

TEST(ScalingSource, AFasterRankHasShorterStepsAndTheSameGradients) {
  const ScalingSource s = source({row(32)}, {.faster = 10});
  EXPECT_NEAR(s.rank.step.of(32), 0.08 * 0.032, 1e-12);
  EXPECT_EQ(s.rank.buckets.front().bytes, source({row(32)}).rank.buckets.front().bytes);
  EXPECT_THAT(s.notes, testing::Contains(HasSubstr("10 times as fast as measured")));
}

TEST(ScalingSource, HidesOnAGpu) {
  Row gpu = row(32);
  gpu.device = "cuda:0";
  gpu.gpu_info = "H200";
  EXPECT_TRUE(source({gpu}).rank.hides_exchange);
  EXPECT_EQ(source({gpu}).work, "catdog_original, cuda:0 (H200), float32");
}

TEST(ScalingSource, CellsThatDifferInMoreAreNamedAndChosen) {
  const std::vector<Row> rows{row(32), row(64), row(32, 900, 4)};
  EXPECT_THAT(refusal(rows, ExitCode::usage),
              HasSubstr("differ in loader.workers, not in their batch size only; choose: --base loader.workers="));
  EXPECT_EQ(source(rows, {.base = {"loader.workers=2"}}).measured.size(), 2u);
  EXPECT_THAT(refusal(rows, ExitCode::usage, {.base = {"loader.workers=9"}}), HasSubstr("--base"));
  Row other = row(64);
  other.device = "cuda:0";
  EXPECT_THAT(refusal({row(32), other}, ExitCode::usage), HasSubstr("differ in their device"));
}

// Four ranks with 8 pictures each: 2 ms by itself, and two rings of four over 100 us and 1 GB/s after it.
Results of_ranks(double exchange_alone, double latency_alone) {
  const Link link{.latency = 1e-4, .bandwidth = 1e9};
  double together = 0.002;
  for (const Bucket& bucket : source({row(32)}).rank.buckets)
    together += allreduce(bucket.bytes, 4, {.between = link}, Algorithm::ring).seconds;
  Row r = row(32, 0.8 * 32 / together);
  r.ranks = 4;
  NamedRun run{.name = "run", .result = {}};
  run.result.ranks.emplace();
  run.result.ranks->size = 4;
  run.result.ranks->exchange_alone_seconds = exchange_alone > 0 ? exchange_alone : together - 0.002;
  run.result.ranks->exchange_latency_seconds = latency_alone;
  return {.rows = {r}, .runs = {run}, .damaged = {}};
}

TEST(ScalingSource, OfRanksIsOneOfThemWithoutItsExchangeAndTheLink) {
  const ScalingSource s = scaling_source(of_ranks(0, 6e-4), {});
  ASSERT_TRUE(s.link);
  EXPECT_NEAR(s.link->latency, 1e-4, 1e-12);
  EXPECT_NEAR(s.link->bandwidth, 1e9, 1);
  EXPECT_EQ(s.measured.front().pictures, 8);
  EXPECT_NEAR(s.measured.front().seconds, 0.002, 1e-9);
  EXPECT_THAT(s.notes.front(), HasSubstr("a rank (of 4 measured ones, less their exchange)"));
}

TEST(ScalingSource, OfRanksThatDoNotSayWhatTheirExchangeTakesThereIsNone) {
  const auto refused = [](const Results& results, ExitCode code) {
    try {
      scaling_source(results, {});
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code);
      return std::string(e.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(refused(of_ranks(1e-4, 6e-4), ExitCode::usage), HasSubstr("does not say what their exchange takes"));
  EXPECT_THAT(refused(of_ranks(1, 6e-4), ExitCode::failed), HasSubstr("takes longer than their step"));
}

TEST(ScalingSource, OfABenchOfRanksTheFewestCount) {
  Row apart = row(32);
  apart.ranks = 2;
  apart.samples_apart_ips = {1250};
  summarize(apart);
  EXPECT_NEAR(source({apart}).measured.front().seconds, 0.8 * 32 / 1250, 1e-12);
  EXPECT_EQ(source({apart}).measured.front().pictures, 16);
  EXPECT_EQ(source({apart, row(32)}).measured.front().pictures, 32);
}

TEST(ScalingSource, ExchangesAsTheConfigHasIt) {
  Row after = row(32);
  after.config["train"]["exchange"] = "after";
  ASSERT_EQ(source({after}).rank.buckets.size(), 1u);
  EXPECT_EQ(source({after}).rank.buckets.front().ready, 1);
  Row added = row(32);
  added.config["train"]["global_batch_size"] = 128;
  const ScalingSource s = source({added});
  EXPECT_EQ(s.measured.front().pictures, 128);
  EXPECT_NEAR(s.measured.front().seconds, 4 * 0.8 * 0.032, 1e-12);
  EXPECT_NEAR(s.rank.backward_share, 2.0 / 3 / 4, 1e-12);
}

TEST(ScalingSource, WithoutASpeedThereIsNone) {
  Row failed = row(32);
  failed.status = "failed";
  EXPECT_THAT(refusal({failed}, ExitCode::failed), HasSubstr("no cell of the result has a speed"));
}

}  // namespace
}  // namespace cnnbench
