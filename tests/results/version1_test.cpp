// What version 1 wrote (by the program of November 2026, unchanged since) is read, and its figures are checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/verify.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path folder = CNNBENCH_SOURCE_DIR "/tests/results/version1";

std::string text_of(const char* name) { return read_file(folder / name, 1 << 20); }

TEST(Version1, TheSpeedsBesideEachOtherHaveNamesOfTheirOwn) {
  const auto json = nlohmann::ordered_json::parse(text_of("result.json"));
  const RunResult r = run_result_from_json(json, "result.json");
  EXPECT_EQ(r.verdict.loader_ips, json["verdict"]["pipeline_only_ips"]);
  EXPECT_EQ(r.verdict.network_ips, json["verdict"]["compute_only_ips"]);
  ASSERT_EQ(r.telemetry_series.size(), json["telemetry_series"]["seconds"].size());
  EXPECT_EQ(r.telemetry_series.back().seconds, json["telemetry_series"]["seconds"].back());
  const auto today = to_json(r);
  EXPECT_EQ(today["schema_version"], 2);
  EXPECT_EQ(today["verdict"]["loader_ips"], r.verdict.loader_ips);
  EXPECT_FALSE(today["verdict"].contains("pipeline_only_ips"));
}

TEST(Version1, RowsAreRead) {
  const std::vector<Row> rows = read_rows(folder / "rows.jsonl");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].verdict, HasSubstr("compute-bound on cpu"));
  EXPECT_EQ(rows[0].samples_ips.size(), 2U);
}

TEST(Version1, WhatItWroteIsSound) {
  for (const char* name : {"result.json", "rows.jsonl"})
    for (const Verified& v : verify(folder / name)) EXPECT_THAT(v.faults, IsEmpty()) << name;
}

// What it stated by its own rules stays; figures that follow from others still must.
TEST(Version1, ItsFiguresAreChecked) {
  const test::TemporaryFolder temporary;
  std::string text = text_of("rows.jsonl");
  const std::string stated = "\"median_ips\":616.2";
  text.replace(text.find(stated), stated.size(), "\"median_ips\":617.2");
  const auto found = verify(temporary.put("rows.jsonl", text));
  EXPECT_THAT(found.at(0).faults, ::testing::Contains(HasSubstr("/median_ips")));
}

TEST(Version1, NothingThatItHadMayBeMissing) {
  auto json = nlohmann::ordered_json::parse(text_of("result.json"));
  json.erase("images_per_second");
  EXPECT_THROW(run_result_from_json(json, "result.json"), Error);
}

}  // namespace
}  // namespace cnnbench
