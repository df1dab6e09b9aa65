#include "cnnbench/results/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/noise.hpp"

namespace cnnbench {
namespace {

Row row(std::vector<double> samples, const std::string& preset = "catdog_original", int workers = 2) {
  Row r;
  r.model = preset;
  r.batch_size = 32;
  r.workers = workers;
  r.config = {{"name", "any"},
              {"model", {{"preset", preset}}},
              {"loader", {{"workers", workers}}},
              {"train", {{"seed", 1}, {"device", "cpu"}}}};
  r.samples_ips = std::move(samples);
  r.status = "ok";
  summarize(r);
  return r;
}

Row noisy(RandomStream& random, double center, double noise = 0.01, int n = 10) {
  std::vector<double> samples;
  for (int i = 0; i < n; ++i) samples.push_back(center * (1 + noise * test::normal(random)));
  return row(samples);
}

Finding finding(const Row& base, const Row& other, CompareOptions options = {}) {
  const std::vector<Row> a{base}, b{other};
  return compare_rows(a, b, options).cells.at(0).finding;
}

TEST(Compare, FindsAPlantedSlowdownOfTwoPerCent) {
  RandomStream random{1};
  int found = 0;
  for (int i = 0; i < 200; ++i) found += finding(noisy(random, 1000), noisy(random, 980)) == Finding::slower;
  EXPECT_GE(found, 190);
}

TEST(Compare, CallsAtMostFivePerCentOfEqualsDifferent) {
  RandomStream random{2};
  int called = 0;
  for (int i = 0; i < 1000; ++i) {
    const Finding f = finding(noisy(random, 1000), noisy(random, 1000));
    called += f == Finding::faster || f == Finding::slower;
  }
  EXPECT_LE(called, 50);
}

TEST(Compare, TheSameIsOnlyCalledWhereTheWholeIntervalSaysSo) {
  RandomStream random{3};
  EXPECT_EQ(finding(noisy(random, 1000, 0.002), noisy(random, 1001, 0.002)), Finding::same);
  EXPECT_EQ(finding(noisy(random, 1000, 0.05, 5), noisy(random, 1000, 0.05, 5)), Finding::unsure);
  EXPECT_EQ(finding(noisy(random, 1000, 0.002), noisy(random, 1100, 0.002)), Finding::faster);
}

TEST(Compare, ASingleRunProvesNothingUnlessForced) {
  EXPECT_EQ(finding(row({100}), row({200})), Finding::unsure);
  EXPECT_EQ(finding(row({100}), row({200}), {.force = true}), Finding::faster);
  EXPECT_EQ(finding(row({100}), row({50}), {.force = true}), Finding::slower);
}

TEST(Compare, ADisturbanceIsKeptAndNamesNoWinnerUnlessForced) {
  const Row base = row({100, 101, 102, 103, 104});
  Row other = row({200, 201, 202, 203, 204});
  other.taints = {"1 other process computed on the GPU"};
  const std::vector<Row> a{base}, b{other};
  for (const bool force : {false, true}) {
    const Comparison c = compare_rows(a, b, {.force = force});
    EXPECT_EQ(c.cells.at(0).finding, force ? Finding::faster : Finding::unsure);
    EXPECT_NE(comparison_text(c, "a", "b").find("note: 1 other process"), std::string::npos);
  }
}

TEST(Compare, CellsArePairedByWhatWasAskedFor) {
  const std::vector<Row> base{row({1}, "a"), row({2}, "b", 1), row({4}, "b", 2)},
      other{row({8}, "b", 2), row({4}, "b", 1), row({9}, "c")};
  const Comparison c = compare_rows(base, other, {});
  ASSERT_EQ(c.cells.size(), 2U);
  EXPECT_DOUBLE_EQ(c.cells[0].ratio.value, 2);
  EXPECT_DOUBLE_EQ(*c.geometric_mean, 2);
  EXPECT_EQ(c.unmatched.size(), 2U);
}

TEST(Compare, WhatHasNoPartnerSaysInWhatItDiffers) {
  const std::vector<Row> base{row({1}, "catdog_original", 2)}, other{row({1}, "catdog_original", 4), row({1}, "cifar10")};
  const std::string text = comparison_text(compare_rows(base, other, {}), "a", "b");
  EXPECT_NE(text.find("(new: differs from base in loader.workers; --across compares all the same)"), std::string::npos) << text;
  EXPECT_NE(text.find("cifar10, batch 32 (new: not in base)"), std::string::npos) << text;
}

// --across takes the key, not a place within its list.
TEST(Compare, AListThatDiffersIsNamedByItsKey) {
  Row a = row({10, 11, 12, 13}), b = a;
  a.config["data"]["image_size"] = {48, 64};
  b.config["data"]["image_size"] = {48, 96};
  const std::vector<Row> base{a}, other{b};
  const std::string text = comparison_text(compare_rows(base, other, {}), "base", "new");
  EXPECT_NE(text.find("differs from base in data.image_size; --across"), std::string::npos) << text;
  const Comparison across = compare_rows(base, other, {.across = {"data.image_size"}});
  ASSERT_EQ(across.cells.size(), 1U);
  EXPECT_NE(across.cells[0].label.find("data.image_size [48,64] -> [48,96]"), std::string::npos) << across.cells[0].label;
}

TEST(Compare, AFailedRowHasNoPartner) {
  Row failed = row({});
  failed.status = "failed";
  failed.error = "out of memory";
  const std::vector<Row> base{row({1})}, other{failed};
  const Comparison c = compare_rows(base, other, {});
  EXPECT_TRUE(c.cells.empty());
  EXPECT_FALSE(c.geometric_mean);
  EXPECT_NE(comparison_text(c, "a", "b").find("out of memory"), std::string::npos);
}

// Rows of two machines, planted: the second is three times as fast.
Row on_machine(const std::string& host, std::vector<double> samples, int workers = 2) {
  Row r = row(std::move(samples), "catdog_original", workers);
  r.axes = {{"loader.workers", std::to_string(workers)}};
  r.hostname_hash = host;
  r.cpu_info = "Example CPU";
  r.cpus_usable = 2;
  return r;
}

TEST(CompareMachines, OfTwoMachinesInBothFilesEachGoesWithItself) {
  const std::vector<Row> base{on_machine("aaaaaaaaaaaa", {10, 11, 12, 13}), on_machine("bbbbbbbbbbbb", {30, 31, 32, 33})},
      other{on_machine("bbbbbbbbbbbb", {30, 31, 32, 33}), on_machine("aaaaaaaaaaaa", {10, 11, 12, 13})};
  const Comparison c = compare_rows(base, other, {});
  ASSERT_EQ(c.cells.size(), 2U);
  for (const Compared& cell : c.cells) {
    EXPECT_EQ(cell.base->hostname_hash, cell.other->hostname_hash);
    EXPECT_DOUBLE_EQ(cell.ratio.value, 1);
  }
  EXPECT_EQ(c.cells[0].label, "catdog_original, batch 32, loader.workers=2, on Example CPU, 2 cores (bbbbbb)");
}

TEST(CompareMachines, AMachineThatIsNotInBaseTakesNoOnesPartner) {
  const std::vector<Row> base{on_machine("aaaaaaaaaaaa", {10, 11, 12, 13})},
      other{on_machine("bbbbbbbbbbbb", {30, 31, 32, 33}), on_machine("aaaaaaaaaaaa", {10, 11, 12, 13})};
  const Comparison c = compare_rows(base, other, {});
  ASSERT_EQ(c.cells.size(), 1U);
  EXPECT_DOUBLE_EQ(c.cells[0].ratio.value, 1);
  ASSERT_EQ(c.unmatched.size(), 1U);
  EXPECT_EQ(c.unmatched[0],
            "catdog_original, batch 32, loader.workers=2, on Example CPU, 2 cores (bbbbbb) (new: base has it less often)");
}

TEST(CompareMachines, OneMachineAgainstAnotherSaysSo) {
  const std::vector<Row> base{on_machine("aaaaaaaaaaaa", {10, 11, 12, 13})}, other{on_machine("bbbbbbbbbbbb", {30, 31, 32, 33})};
  const Comparison c = compare_rows(base, other, {});
  ASSERT_EQ(c.cells.size(), 1U);
  EXPECT_NE(comparison_text(c, "a", "b").find("differs: machine: aaaaaa, bbbbbb\n"), std::string::npos)
      << comparison_text(c, "a", "b");
  // Where one side has several, each line says which.
  const std::vector<Row> third{on_machine("cccccccccccc", {10, 11, 12, 13}), on_machine("dddddddddddd", {10, 11, 12, 13}, 4)};
  EXPECT_EQ(compare_rows(third, other, {}).cells.at(0).label,
            "catdog_original, batch 32, loader.workers=2, on Example CPU, 2 cores (bbbbbb), against "
            "catdog_original, batch 32, loader.workers=2, on Example CPU, 2 cores (cccccc)");
}

TEST(CompareMachines, ASweepIsComparedWithinEachMachine) {
  const std::vector<Row> rows{on_machine("aaaaaaaaaaaa", {10, 11, 12, 13}, 1), on_machine("bbbbbbbbbbbb", {60, 61, 62, 63}, 4),
                              on_machine("bbbbbbbbbbbb", {30, 31, 32, 33}, 1), on_machine("aaaaaaaaaaaa", {20, 21, 22, 23}, 2),
                              on_machine("cccccccccccc", {90, 91, 92, 93}, 8)};
  const Comparison c = compare_sweep(rows, {});
  ASSERT_EQ(c.cells.size(), 2U);
  for (const Compared& cell : c.cells) {
    EXPECT_EQ(cell.base->hostname_hash, cell.other->hostname_hash);
    EXPECT_EQ(cell.base->workers, 1);
    EXPECT_TRUE(cell.differs.empty() ||
                cell.differs == std::vector<std::string>{"workers: 1, " + std::to_string(cell.other->workers)});
  }
  ASSERT_EQ(c.unmatched.size(), 1U);
  EXPECT_EQ(c.unmatched[0],
            "catdog_original, batch 32, loader.workers=8, on Example CPU, 2 cores (cccccc) (the only cell of its network on its "
            "machine)");
  const std::string text = comparison_text(c, "rows", "");
  EXPECT_NE(text.find("against: catdog_original, batch 32, loader.workers=1, on Example CPU, 2 cores (aaaaaa)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("against: catdog_original, batch 32, loader.workers=1, on Example CPU, 2 cores (bbbbbb)\n"),
            std::string::npos)
      << text;
}

TEST(CompareMachines, AcrossAKeyTheOwnMachinesCellIsTheBase) {
  const std::vector<Row> base{on_machine("aaaaaaaaaaaa", {10, 11, 12, 13}, 1), on_machine("bbbbbbbbbbbb", {30, 31, 32, 33}, 1)},
      other{on_machine("bbbbbbbbbbbb", {60, 62, 64, 66}, 2)};
  const Comparison c = compare_rows(base, other, {.across = {"loader.workers"}});
  ASSERT_EQ(c.cells.size(), 1U);
  EXPECT_DOUBLE_EQ(c.cells[0].ratio.value, 2);
}

}  // namespace
}  // namespace cnnbench
