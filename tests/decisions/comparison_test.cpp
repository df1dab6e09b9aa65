// compare and its gate, on rows whose right answer is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/disturbance.hpp"
#include "support/noise.hpp"

namespace cnnbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Row row(std::vector<double> samples, int threads = 2, int workers = 1) {
  Row r;
  r.model = "catdog_original";
  r.device = "cpu";
  r.batch_size = 32;
  r.workers = workers;
  r.threads = threads;
  r.precision = "float32";
  r.data_hash = "photographs";
  r.config = {{"name", "any"},
              {"data", {{"path", "/here"}}},
              {"model", {{"preset", "catdog_original"}}},
              {"loader", {{"workers", workers}}},
              {"train", {{"seed", 1}, {"device", "cpu"}, {"threads", threads}}}};
  r.axes = {{"loader.workers", workers}};
  r.samples_ips = std::move(samples);
  r.status = "ok";
  summarize(r);
  return r;
}

// n samples about the center, half a per cent to either side.
Row around(double center, int n = 10) {
  std::vector<double> samples;
  for (int i = 0; i < n; ++i) samples.push_back(center * (1 + 0.01 * (i / (n - 1.0) - 0.5)));
  return row(samples);
}

Compared one(const Row& base, const Row& other, const CompareOptions& options = {}) {
  static std::vector<Row> a, b;  // a Compared points into them
  a = {base};
  b = {other};
  return compare_rows(a, b, options).cells.at(0);
}

constexpr double threshold = 0.03;

TEST(Gate, HalfAsFastFailsAndEqualPasses) {
  for (const int n : {4, 5, 6, 10, 30}) EXPECT_EQ(gate(one(around(1000, n), around(500, n)), threshold), Gate::regression) << n;
  EXPECT_EQ(gate(one(around(1000), around(1000)), threshold), Gate::passed);
  EXPECT_EQ(gate(one(around(1000), around(1300)), threshold), Gate::passed);
}

// Two samples a side: half as fast was "unsure" and passed.
TEST(Gate, WhatTooFewSamplesCannotDecideIsNoPass) {
  const Compared c = one(row({1000, 1001}), row({500, 501}));
  EXPECT_EQ(c.finding, Finding::unsure);
  EXPECT_EQ(gate(c, threshold), Gate::undecided);
}

TEST(Gate, ALossThatTheIntervalDoesNotExcludeIsNoPass) {
  RandomStream random{3};
  EXPECT_EQ(gate(one(row(test::speeds(random, 6, 1000, 0.1)), row(test::speeds(random, 6, 990, 0.1))), threshold), Gate::undecided);
}

TEST(Gate, TenPerCentSlowerIsFoundAndEqualsAreNotOverManyTrials) {
  RandomStream random{4};
  int found = 0, alarms = 0;
  for (int i = 0; i < 300; ++i) {
    const Row base = row(test::speeds(random, 10, 1000, 0.03));
    found += gate(one(base, row(test::speeds(random, 10, 900, 0.03))), threshold) == Gate::regression;
    alarms += gate(one(base, row(test::speeds(random, 10, 1000, 0.03))), threshold) == Gate::regression;
  }
  EXPECT_GE(found, 295);
  EXPECT_LE(alarms, 9);  // at most one of both directions' 5 % , and only where it is more than the threshold
}

// Half as fast on drawn pictures was "unsure", since any taint was.
TEST(Compare, AFactThatBothSidesShareTakesNothing) {
  for (const char* fact :
       {"no pictures at data/catdog: using drawn ones (2000 + 500, not photographs)", "float32 convolutions use TF32",
        "the GPU's power limit was 300 W, its default is 700 W", "debug build"}) {
    Row base = around(1000, 5), other = around(500, 5);
    base.taints = other.taints = {fact};
    const Compared c = one(base, other);
    EXPECT_EQ(c.finding, Finding::slower) << fact;
    EXPECT_THAT(c.differs, IsEmpty());
    EXPECT_THAT(c.taints, ElementsAre(fact));  // and it is still shown
  }
}

TEST(Compare, AFactOfOneSideIsNamed) {
  Row base = around(1000), other = around(500);
  other.taints = {"debug build"};
  other.precision = "bfloat16";
  base.build_commit = "abc";
  other.build_commit = "def";
  const Compared c = one(base, other);
  EXPECT_EQ(c.finding, Finding::slower);
  EXPECT_THAT(c.differs, ElementsAre("build: abc, def", "precision: float32, bfloat16", "only new: debug build"));
  const std::vector<Row> a{base}, b{other};
  EXPECT_THAT(comparison_text(compare_rows(a, b, {}), "a", "b"), HasSubstr("differs: precision: float32, bfloat16"));
}

TEST(Compare, ANumberOfRanksIsNamed) {
  Row two = around(1000);
  two.ranks = 2;
  EXPECT_THAT(one(around(1000), two).differs, testing::Contains(HasSubstr("ranks: 1, 2")));
}

TEST(Compare, ADisturbanceCostsTheCertaintyAsFarAsItReaches) {
  const auto finding = [](const std::string& taint, double other) {
    Row disturbed = around(other);
    disturbed.taints = {taint};
    return one(around(1000), disturbed).finding;
  };
  const char* busy = "the machine was busy: other processes used 7 % of the cores (in 2 of 10 repetitions)";
  EXPECT_EQ(finding(busy, 950), Finding::unsure);
  EXPECT_EQ(finding(busy, 850), Finding::slower);
  EXPECT_EQ(finding(busy, 1000), Finding::unsure);  // it may be faster than it looks
  EXPECT_EQ(finding("the CPU quota held threads back for 1.0 s of 20.0 s", 970), Finding::unsure);
  EXPECT_EQ(finding("the CPU quota held threads back for 1.0 s of 20.0 s", 900), Finding::slower);
  for (const std::string& unknown : {taint<Taint::gpu_held_back>(6.0, "power cap"), taint<Taint::resumed>(3, 0, ""),
                                     taint<Taint::gpu_shared>(2, "processes", ""), taint<Taint::stolen>(60.0),
                                     taint<Taint::paused>(4.0), taint<Taint::changed>("a.json", "wrong")})
    EXPECT_EQ(finding(unknown, 500), Finding::unsure) << unknown;
}

// A proven 16 % regression passed, because the speed "still changed by 3 %".
TEST(Gate, ASpeedThatStillChangedALittleHidesNoLargeRegression) {
  Row other = around(840);
  other.taints = {"the speed did not settle: late in the measurement it still changed by 3 %"};
  EXPECT_EQ(gate(one(around(1000), other), threshold), Gate::regression);
  other = around(985);
  other.taints = {"the speed did not settle: late in the measurement it still changed by 3 %"};
  EXPECT_EQ(gate(one(around(1000), other), threshold), Gate::undecided);
}

TEST(Compare, TheNoiseFloorMakesAWinnerUnsureAndNeverTheSame) {
  const auto with_floor = [](double floor, double other) {
    Row base = around(1000);
    base.noise_floor_pct = floor;
    base.noise_floor_sessions = 3;
    return one(base, around(other));
  };
  EXPECT_EQ(with_floor(15.5, 900).finding, Finding::unsure);  // was "same"
  EXPECT_EQ(with_floor(6, 955).finding, Finding::unsure);     // was "slower"
  EXPECT_THAT(with_floor(6, 955).why, HasSubstr("noise floor of 6.0 %"));
  EXPECT_EQ(with_floor(6, 900).finding, Finding::slower);
  EXPECT_EQ(with_floor(6, 1000).finding, Finding::unsure);
  EXPECT_EQ(with_floor(0, 1000).finding, Finding::same);
  EXPECT_EQ(gate(with_floor(15.5, 900), threshold), Gate::undecided);
}

TEST(Compare, NoFloorLiesBetweenCellsOfOneSession) {
  std::vector<Row> rows{around(1000), around(955)};
  rows[1].config["loader"]["workers"] = 2;
  for (Row& r : rows) r.noise_floor_pct = 6;
  EXPECT_EQ(compare_sweep(rows, {}).cells.at(0).finding, Finding::slower);
}

// Photographs against thumbnails: "faster", without a word.
TEST(Compare, OtherPicturesAreAnotherCell) {
  Row thumbnails = around(3000);
  thumbnails.data_hash = "thumbnails";
  const std::vector<Row> base{around(1000)}, other{thumbnails};
  const Comparison c = compare_rows(base, other, {});
  EXPECT_THAT(c.cells, IsEmpty());
  EXPECT_THAT(comparison_text(c, "a", "b"), HasSubstr("its pictures are others than base's"));
  const Comparison asked = compare_rows(base, other, {.across = {"data"}});
  EXPECT_EQ(asked.cells.at(0).finding, Finding::faster);
  EXPECT_THAT(asked.cells[0].differs, ElementsAre("pictures"));
}

TEST(Compare, TheSamePicturesElsewhereAreTheSameCell) {
  Row moved = around(1000);
  moved.config["data"]["path"] = "/there";
  EXPECT_EQ(one(around(1000), moved).finding, Finding::same);
}

TEST(Compare, SettingsAreComparedAcrossAKey) {
  const std::vector<Row> base{row({1000, 1001, 1002, 1003, 1004, 1005}, 2)}, other{row({500, 501, 502, 503, 504, 505}, 1)};
  EXPECT_THAT(compare_rows(base, other, {}).cells, IsEmpty());
  const Comparison c = compare_rows(base, other, {.across = {"train.threads"}});
  EXPECT_EQ(c.cells.at(0).finding, Finding::slower);
  EXPECT_THAT(c.cells[0].label, HasSubstr("(train.threads 2 -> 1)"));
  EXPECT_THROW(compare_rows(base, other, {.across = {"train.treads"}}), Error);
}

TEST(Compare, OfSeveralBaseCellsOneIsChosen) {
  const std::vector<Row> base{row({10, 11, 12, 13}, 1), row({20, 21, 22, 23}, 2)}, other{row({40, 41, 42, 43}, 4)};
  EXPECT_THROW(compare_rows(base, other, {.across = {"train.threads"}}), Error);
  const Comparison c = compare_rows(base, other, {.across = {"train.threads"}, .base = {"train.threads=2"}});
  EXPECT_NEAR(c.cells.at(0).ratio.value, 2, 0.1);
  EXPECT_THROW(compare_rows(base, other, {.across = {"train.threads"}, .base = {"train.threads"}}), Error);
}

TEST(Compare, ASweepIsComparedWithItsFirstCellOrAChosenOne) {
  // In the order in which they were finished.
  const std::vector<Row> rows{row({40, 41, 42, 43}, 2, 16), row({10, 11, 12, 13}, 2, 1), row({20, 21, 22, 23}, 2, 2)};
  const Comparison first = compare_sweep(rows, {});
  ASSERT_EQ(first.cells.size(), 2U);
  EXPECT_NEAR(first.cells[1].ratio.value, 41.5 / 11.5, 0.1);
  const Comparison chosen = compare_sweep(rows, {.base = {"loader.workers=2"}});
  EXPECT_NEAR(chosen.cells.at(0).ratio.value, 0.5, 0.05);
  EXPECT_NEAR(chosen.cells.at(1).ratio.value, 2, 0.1);
}

TEST(Disturbance, SaysHowMuchItMayHaveCost) {
  EXPECT_NEAR(*disturbance_of(taint<Taint::stolen>(12.0))->share, 0.12, 1e-9);
  EXPECT_NEAR(*disturbance_of(taint<Taint::busy>(7.0) + " (in 2 of 5 repetitions)")->share, 0.07, 1e-9);
  EXPECT_NEAR(*disturbance_of(taint<Taint::cpu_quota>(3.0, 12.0))->share, 0.25, 1e-9);
  EXPECT_FALSE(disturbance_of(taint<Taint::busy>(50.0))->share);
  EXPECT_FALSE(disturbance_of(taint<Taint::gpu_shared>(1, "process", ""))->share);
  EXPECT_FALSE(disturbance_of(taint<Taint::tf32>()));
}

TEST(Disturbance, AsEarlierVersionsWroteIt) {
  const auto quota = disturbance_of("the CPU quota held threads back for 3.2 s");
  ASSERT_TRUE(quota);
  EXPECT_FALSE(quota->share);
}

TEST(Disturbance, WordsThatMerelyBeginLikeOneAreAFact) {
  EXPECT_FALSE(disturbance_of("resumed courses/photos is not there: using drawn ones (24 + 8, not photographs)"));
  EXPECT_FALSE(disturbance_of("the machine was busy"));
}

TEST(Compare, AFactThatOneSideHasIsNamedAsItWasWritten) {
  Row base = row({10, 11, 12, 13}, 2, 2), other = base;
  base.taints = {"debug build (in 1 of 2 repetitions)", taint<Taint::skipped_pictures>(3)};
  other.taints = {taint<Taint::skipped_pictures>(5)};  // the figures may differ
  EXPECT_THAT(compare_rows({base}, {other}, {}).cells.at(0).differs, ElementsAre("only base: debug build"));
}

TEST(Compare, TwoPowerLimitsAreTwoFacts) {
  Row base = row({10, 11, 12, 13}, 2, 2), other = base;
  base.taints = {taint<Taint::gpu_power_limit>(400.0, 700.0)};
  other.taints = {taint<Taint::gpu_power_limit>(300.0, 700.0)};
  EXPECT_THAT(compare_rows({base}, {other}, {}).cells.at(0).differs,
              ElementsAre("only base: the GPU's power limit was 400 W, its default is 700 W",
                          "only new: the GPU's power limit was 300 W, its default is 700 W"));
}

}  // namespace
}  // namespace cnnbench
