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

}  // namespace
}  // namespace cnnbench
