#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/results/repetition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/repetition.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Half of the time it waits for one worker.
Json repetition(double ips) {
  Json out = test::repetition(ips);
  out.update({{"data_wait_pct", 50},
              {"counted_seconds", 10},
              {"loader_ips", ips},
              {"network_ips", 2 * ips},
              {"loader_core_pct", 45},
              {"device_wait_pct", nullptr},
              {"copy_wait_pct", nullptr},
              {"worker_read_us", 0},
              {"worker_decode_us", 0.9e6 / ips},
              {"worker_augment_us", 0.1e6 / ips}});
  return out;
}

// Issue 15, 17: a median of 3,991 stood beside "the network takes 2,290", which was of another repetition.
TEST(BenchCell, VerdictAndSpeedAreOfTheSameMedians) {
  Row row;
  fold(row, {repetition(2220), repetition(3991), repetition(5763)});
  EXPECT_EQ(row.status, "ok");
  EXPECT_EQ(row.median_ips, 3991);
  EXPECT_EQ(row.network_ips, 2 * 3991);
  EXPECT_THAT(row.verdict, HasSubstr("the network takes 7,980"));
  EXPECT_THAT(row.verdict, HasSubstr("waits 50 % of the time"));
  EXPECT_THAT(row.notes, ElementsAre("the repetitions differ: 2,220 to 5,763 images/s"));
}

// What is computed again from the row's own fields is what it says: bench writes it, verify checks it.
TEST(BenchCell, ARowSaysAllThatItsVerdictRestsOn) {
  Row row;
  fold(row, {repetition(10), repetition(20.5), repetition(21)});
  Row again = row_from_json(to_json(row), "row");
  again.verdict = again.remedy = "";
  again.notes.clear();
  summarize(again);
  EXPECT_EQ(to_json(again), to_json(row));
}

TEST(BenchCell, AFailedRepetitionMakesTheRowFailedAndLeavesTheOthersFigures) {
  Row row;
  fold(row, {repetition(10), Json{{"error", "out of memory"}}});
  EXPECT_EQ(row.status, "failed");
  EXPECT_EQ(row.error, "out of memory");
  EXPECT_THAT(row.verdict, HasSubstr("input-bound"));
}

// A file of samples may be anybody's: whatever one field is, it is no repetition, or it is folded.
TEST(BenchCell, WhatPassesForARepetitionCanBeFolded) {
  EXPECT_TRUE(is_repetition(repetition(100)));
  EXPECT_TRUE(is_repetition({{"error", "no memory"}}));
  for (const Json& no : {Json(), Json(1), Json::array(), Json::object(), Json{{"ips", "fast"}}, Json{{"error", 5}}})
    EXPECT_FALSE(is_repetition(no)) << no;
  const std::vector<Json> others{nullptr, "text", 1.5, -1, true, Json::array({1}), Json::array({"text"}), Json::object()};
  int refused = 0, folded = 0;
  const Json whole = repetition(100);
  const auto attempt = [&](const Json& r) {
    if (!is_repetition(r)) return void(++refused);
    Row row;
    EXPECT_NO_THROW(fold(row, {r, repetition(100)})) << r.dump();
    ++folded;
  };
  for (const auto& [key, value] : whole.items()) {
    Json without = whole;
    without.erase(key);
    attempt(without);
    for (const Json& other : others) {
      Json changed = whole;
      changed[key] = other;
      attempt(changed);
    }
  }
  for (const auto& [key, value] : whole["resolved"].items()) {
    Json without = whole;
    without["resolved"].erase(key);
    attempt(without);
    for (const Json& other : others) {
      Json changed = whole;
      changed["resolved"][key] = other;
      attempt(changed);
    }
  }
  EXPECT_GT(refused, 80);
  EXPECT_GT(folded, 80);
}

}  // namespace
}  // namespace cnnbench
