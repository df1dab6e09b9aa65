#include "cnnbench/cli/bench_cell.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

Json repetition(double ips, const std::string& verdict) {
  return {{"ips", ips},
          {"verdict", verdict},
          {"throttle_reasons", nullptr},
          {"taints", Json::array()},
          {"resolved",
           {{"build_commit", "c"},
            {"libtorch", "2.11.0"},
            {"machine", {{"cpus_usable", 2}}},
            {"device", "cpu"},
            {"classes", 2},
            {"n_params", 1},
            {"flops_per_image", 2},
            {"workers", 1},
            {"cache", "decoded"},
            {"augment_on", "cpu"},
            {"precision", "float32"},
            {"graph", false},
            {"threads", 2},
            {"test_time", "2026-11-25T00:00:00Z"}}}};
}

TEST(BenchCell, ARowsVerdictIsThatOfTheRepetitionNearestToItsMedian) {
  Row row;
  fold(row, {repetition(10, "slow"), repetition(20.5, "usual"), repetition(90, "odd"), repetition(20, "nearly"),
             repetition(21, "last")});
  EXPECT_EQ(row.status, "ok");
  EXPECT_EQ(row.median_ips, 20.5);
  EXPECT_EQ(row.verdict, "usual");
}

TEST(BenchCell, AFailedRepetitionMakesTheRowFailedAndLeavesTheOthersFigures) {
  Row row;
  fold(row, {repetition(10, "good"), Json{{"error", "out of memory"}}});
  EXPECT_EQ(row.status, "failed");
  EXPECT_EQ(row.error, "out of memory");
  EXPECT_EQ(row.verdict, "good");
}

}  // namespace
}  // namespace cnnbench
