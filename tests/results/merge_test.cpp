#include "cnnbench/results/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/measure/shard.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

// A grid of 2 networks x 3 batch sizes: cells 1 to 6.
Row cell(int place, const std::string& machine = "a", int shards = 1) {
  Row r;
  r.axes = {{"model.preset", place <= 3 ? "small" : "large"}, {"loader.batch_size", std::to_string(8 << (place - 1) % 3)}};
  r.cell = "cell" + std::to_string(place) + machine;
  r.grid.emplace(GridPlace{.id = "0123456789abcdef",
                           .place = place,
                           .cells = 6,
                           .shard = shard_of(static_cast<std::size_t>(place - 1), shards),
                           .shards = shards});
  r.hostname_hash = machine;
  r.cpu_info = "Example CPU";
  r.build_commit = "abc";
  r.test_time = "2026-11-30T10:00:00Z";
  r.samples_ips = {10.0 * place, 10.0 * place + 1};
  r.status = "ok";
  summarize(r);
  return r;
}

Row failed(Row row) {
  row.status = "failed";
  row.error = "no such thing";
  row.samples_ips.clear();
  row.test_time.clear();
  summarize(row);
  return row;
}

Row measured_at(Row row, const std::string& time, double ips) {
  row.test_time = time;
  row.samples_ips = {ips};
  summarize(row);
  return row;
}

std::vector<int> places(const Merged& merged) {
  std::vector<int> out;
  for (const Row& row : merged.rows) out.push_back(row.grid ? row.grid->place : 0);
  return out;
}

TEST(Merge, RowsComeInTheGridsOrder) {
  const std::vector<RowFile> files{{.name = "2", .rows = {cell(6), cell(2)}},
                                   {.name = "1", .rows = {cell(3), cell(1), cell(5), cell(4)}}};
  const Merged merged = merge_rows(files);
  EXPECT_THAT(places(merged), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_TRUE(merged.missing.empty());
  EXPECT_TRUE(merged.several.empty());
}

TEST(Merge, TheSameRowAgainIsCountedAndDropped) {
  const std::vector<RowFile> files{{.name = "1", .rows = {cell(1), cell(2)}}, {.name = "2", .rows = {cell(2), cell(1), cell(1)}}};
  const Merged merged = merge_rows(files);
  EXPECT_THAT(places(merged), testing::ElementsAre(1, 2));
  EXPECT_EQ(merged.repeated, 3U);
  EXPECT_TRUE(merged.several.empty());
}

TEST(Merge, TwoMeasurementsOfOneCellAreNamedAndTheNewestStands) {
  const Row old = measured_at(cell(2), "2026-11-30T10:00:00Z", 20), newer = measured_at(cell(2), "2026-11-30T11:00:00Z", 30);
  for (const bool newest_first : {false, true}) {
    const std::vector<RowFile> files{{.name = "x", .rows = {newest_first ? newer : old}},
                                     {.name = "y", .rows = {newest_first ? old : newer, cell(1)}}};
    const Merged merged = merge_rows(files);
    ASSERT_EQ(merged.several.size(), 1U);
    EXPECT_EQ(merged.several[0].row->cell, "cell2a");
    EXPECT_THAT(merged.several[0].files, testing::ElementsAre("x", "y"));
    EXPECT_THAT(places(merged), testing::ElementsAre(1, 2));
    EXPECT_EQ(merged.rows[1].median_ips, 30);
  }
}

TEST(Merge, AFailureGivesWayToAMeasurementWhicheverIsNewer) {
  const std::vector<RowFile> files{{.name = "1", .rows = {cell(1), failed(cell(2))}},
                                   {.name = "2", .rows = {failed(cell(1)), cell(2)}}};
  const Merged merged = merge_rows(files);
  EXPECT_EQ(merged.given_way, 2U);
  EXPECT_TRUE(merged.several.empty());
  for (const Row& row : merged.rows) EXPECT_EQ(row.status, "ok");
  const std::vector<RowFile> only_failures{{.name = "1", .rows = {failed(cell(1))}}};
  EXPECT_EQ(merge_rows(only_failures).rows.at(0).status, "failed");
}

TEST(Merge, TheSameCellOnTwoMachinesIsTwoCells) {
  const std::vector<RowFile> files{{.name = "a", .rows = {cell(1, "a"), cell(2, "a")}},
                                   {.name = "b", .rows = {cell(1, "b"), cell(3, "b")}}};
  const Merged merged = merge_rows(files);
  EXPECT_THAT(places(merged), testing::ElementsAre(1, 1, 2, 3));
  EXPECT_TRUE(merged.several.empty());
  EXPECT_EQ(merged.places_on_several_machines, 1);
}

TEST(Merge, AMissingShardIsNamedAndItsCellsByTheirAxes) {
  std::vector<RowFile> files(1);
  for (int place = 1; place <= 6; ++place)
    if (Row row = cell(place, "a", 3); row.grid->shard != 2) files[0].rows.push_back(std::move(row));
  const Merged merged = merge_rows(files);
  ASSERT_EQ(merged.missing.size(), 1U);
  const MissingCells& missing = merged.missing[0];
  EXPECT_THAT(missing.whole_shards, testing::ElementsAre(2));
  EXPECT_EQ(missing.shards, 3);
  ASSERT_EQ(missing.cells_of.size(), 2U);  // places 2 and 4
  EXPECT_EQ(missing.cells_of[0].axes.dump(), R"({"model.preset":"small","loader.batch_size":"16"})");
  EXPECT_EQ(missing.cells_of[1].axes.dump(), R"({"model.preset":"large","loader.batch_size":"8"})");
  EXPECT_EQ(missing.cells_of[1].shard, 2);
}

TEST(Merge, ACellOfAShardThatIsThereIsMissingByItself) {
  std::vector<RowFile> files(1);
  for (const int place : {1, 2, 3, 4, 5}) files[0].rows.push_back(cell(place, "a", 2));
  const Merged merged = merge_rows(files);
  ASSERT_EQ(merged.missing.size(), 1U);
  EXPECT_TRUE(merged.missing[0].whole_shards.empty());
  ASSERT_EQ(merged.missing[0].cells_of.size(), 1U);
  EXPECT_EQ(merged.missing[0].cells_of[0].place, 6);
  EXPECT_EQ(merged.missing[0].cells_of[0].axes.dump(), R"({"model.preset":"large","loader.batch_size":"32"})");
}

// Where not every value of an axis was seen, nobody can know which cell place 5 is.
TEST(Merge, WhatTheRowsDoNotTellIsNotInvented) {
  const std::vector<RowFile> files{{.name = "1", .rows = {cell(1), cell(2)}}};
  const Merged merged = merge_rows(files);
  ASSERT_EQ(merged.missing.at(0).cells_of.size(), 4U);
  for (const MissingCell& cell : merged.missing[0].cells_of) EXPECT_TRUE(cell.axes.empty());
}

// Shards beyond the number of cells measure nothing, and miss nothing.
TEST(Merge, AShardWithoutCellsIsNotMissed) {
  std::vector<RowFile> files(1);
  for (int place = 1; place <= 6; ++place) files[0].rows.push_back(cell(place, "a", 50));
  EXPECT_TRUE(merge_rows(files).missing.empty());
}

TEST(Merge, SharesOfTwoKindsNameCellsOnly) {
  const std::vector<RowFile> files{{.name = "1", .rows = {cell(1, "a", 2)}}, {.name = "2", .rows = {cell(2, "a", 3)}}};
  const MissingCells missing = merge_rows(files).missing.at(0);
  EXPECT_EQ(missing.shards, 0);
  EXPECT_TRUE(missing.whole_shards.empty());
  EXPECT_EQ(missing.cells_of.size(), 4U);
}

TEST(Merge, RowsWithoutAPlaceStayBehindInTheirOrder) {
  Row old_one = cell(1, "old"), old_two = cell(2, "old");
  old_one.grid.reset();
  old_two.grid.reset();
  const std::vector<RowFile> files{{.name = "1", .rows = {old_two, old_one, cell(1)}}};
  const Merged merged = merge_rows(files);
  ASSERT_EQ(merged.rows.size(), 3U);
  EXPECT_EQ(merged.rows[0].cell, "cell1a");
  EXPECT_EQ(merged.rows[1].cell, "cell2old");
  EXPECT_EQ(merged.rows[2].cell, "cell1old");
}

TEST(Merge, ReadsAllFormatsAndSaysWhatIsTornOrDamaged) {
  const test::TemporaryFolder folder;
  const auto torn = folder.put("torn.jsonl", row_line(cell(1)) + "\n" + row_line(cell(2)).substr(0, 99));
  const auto csv = folder.put("rows.csv", rows_text({cell(3)}, RowFormat::csv));
  const auto json = folder.put("rows.json", rows_text({cell(4)}, RowFormat::json));
  const auto bad = folder.put("bad.jsonl", "nonsense\n" + row_line(cell(5)) + "\n");
  const auto empty = folder.put("empty.jsonl", "");
  std::vector<Error> damaged;
  const auto files = read_row_files({torn, csv, json, bad, empty}, damaged);
  EXPECT_THAT(places(merge_rows(files)), testing::ElementsAre(1, 3, 4, 5));
  EXPECT_TRUE(files[0].torn);
  for (std::size_t i = 1; i < files.size(); ++i) EXPECT_FALSE(files[i].torn) << files[i].name;
  ASSERT_EQ(damaged.size(), 1U);
  EXPECT_THAT(damaged[0].what(), testing::HasSubstr("bad.jsonl:1"));
  EXPECT_THROW(read_row_files({folder.path() / "nowhere.jsonl"}, damaged), Error);
}

TEST(Merge, TheSameRowFromAnotherFormatIsTheSame) {
  const test::TemporaryFolder folder;
  std::vector<Error> damaged;
  const auto files = read_row_files({folder.put("rows.csv", rows_text({cell(3)}, RowFormat::csv)),
                                     folder.put("rows.jsonl", rows_text({cell(3)}, RowFormat::jsonl))},
                                    damaged);
  EXPECT_EQ(merge_rows(files).repeated, 1U);
}

}  // namespace
}  // namespace cnnbench
