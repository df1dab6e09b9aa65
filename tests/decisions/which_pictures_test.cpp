// A figure is of the pictures it was measured with: whatever pairs, folds or groups results must not take others for the same.
#include <gtest/gtest.h>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/repetition.hpp"
#include "cnnbench/results/speed_table.hpp"
#include "report/catalogue.hpp"
#include "report/sample_results.hpp"
#include "support/repetition.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

NamedRun run_on(const std::string& data_hash) {
  NamedRun run = report::sample_run("run");
  run.result.data_hash = data_hash;
  run.result.data_source = "folder /pictures";
  return run;
}

std::vector<Row> rows_of_runs_on(const test::TemporaryFolder& folder, const std::vector<std::string>& hashes) {
  for (std::size_t i = 0; i < hashes.size(); ++i)
    folder.put("runs/" + std::to_string(i) + "/result.json", result_text(run_on(hashes[i]).result));
  return load_results({folder.path() / "runs"}).rows;
}

TEST(WhichPictures, RunsOnTheSamePicturesAreRepetitionsAndOnOthersAreNot) {
  const test::TemporaryFolder same, other;
  const std::vector<Row> one = rows_of_runs_on(same, {"aa", "aa"}), two = rows_of_runs_on(other, {"aa", "bb"});
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].repetitions, 2);
  EXPECT_EQ(one[0].data_hash, "aa");
  EXPECT_EQ(one[0].data_source, "folder /pictures");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].data_hash, "bb");
}

Json repetition_on(const Json& data_hash) {
  return test::repetition(10, {{"data_hash", data_hash}, {"data_source", "folder /pictures"}});
}

TEST(WhichPictures, ARowOfBenchSaysWhatItsProcessesRead) {
  Row row;
  fold(row, {repetition_on("aa"), repetition_on("aa")});
  EXPECT_EQ(row.status, "ok");
  EXPECT_EQ(row.data_hash, "aa");
  EXPECT_EQ(row.data_source, "folder /pictures");
}

TEST(WhichPictures, RepetitionsOnOtherPicturesMakeNoRow) {
  Row row;
  fold(row, {repetition_on("aa"), repetition_on("bb")});
  EXPECT_EQ(row.status, "failed");
  EXPECT_FALSE(row.median_ips);
  EXPECT_NE(row.error.find("different pictures"), std::string::npos);
}

TEST(WhichPictures, AreAnotherWorkInAReport) {
  std::vector<Row> rows(3, report::sample_row("original", "cpu", 1, 32, {47}));
  rows[0].data_hash = rows[1].data_hash = "aaaaaaaaaa";
  rows[2].data_hash = "bbbbbbbbbb";
  EXPECT_EQ(report::catalogue_of(rows).works,
            (std::vector<std::string>{"original, pictures=aaaaaaaa", "original, pictures=bbbbbbbb"}));
}

TEST(WhichPictures, AreNoOtherResultOfTheSameLineOfATable) {
  std::vector<Row> rows(2, report::sample_row("original", "cpu", 1, 32, {47}));
  EXPECT_EQ(speed_table(rows, "").find("pictures"), std::string::npos);
  rows[0].data_hash = "aaaaaaaaaa";
  rows[1].data_hash = "bbbbbbbbbb";
  EXPECT_NE(speed_table(rows, "").find("original, batch 32, pictures aaaaaaaa"), std::string::npos);
  EXPECT_EQ(speed_table(rows, "").find("result 2"), std::string::npos);
}

// On one machine they are where the shipped config looks, on the other data.path was set.
TEST(WhichPictures, AreTheSameCellWhereverTheyLie) {
  std::vector<Row> rows(2, report::sample_row("original", "cpu", 1, 32, {47, 48, 49, 50, 51, 52}));
  rows[0].config = {{"data", {{"path", "data/catdog"}, {"fallback", "drawn"}}}};
  rows[1].config = {{"data", {{"path", "/elsewhere"}, {"fallback", "none"}}}};
  rows[0].data_hash = rows[1].data_hash = "aa";
  EXPECT_EQ(compare_rows({rows[0]}, {rows[1]}, {}).cells.size(), 1U);
  rows[1].data_hash = "bb";
  EXPECT_EQ(compare_rows({rows[0]}, {rows[1]}, {}).cells.size(), 0U);
}

TEST(WhichPictures, VaryInATableOfRows) {
  std::vector<Row> rows(2, report::sample_row("original", "cpu", 1, 32, {47}));
  rows[0].data_hash = "aaaaaaaaaa";
  rows[1].data_hash = "bbbbbbbbbb";
  EXPECT_NE(rows_markdown(rows).find("| data_hash |"), std::string::npos);
  EXPECT_NE(rows_markdown(rows).find("| bbbbbbbb |"), std::string::npos);
}

TEST(WhichPictures, ComeBackFromEveryFormatThatIsRead) {
  const test::TemporaryFolder folder;
  Row row = report::sample_row("original", "cpu", 1, 32, {47});
  row.data_hash = "aa";
  for (const auto& [name, format] :
       {std::pair{"a.jsonl", RowFormat::jsonl}, {"a.json", RowFormat::json}, {"a.csv", RowFormat::csv}})
    EXPECT_EQ(read_rows(folder.put(name, rows_text({row}, format))).at(0).data_hash, "aa") << name;
}

TEST(WhichPictures, OfARowOfTheFirstVersionAreUnknownAndItIsRead) {
  const test::TemporaryFolder folder;
  Json old = to_json(report::sample_row("original", "cpu", 1, 32, {47}));
  old["schema_version"] = 1;
  for (const char* key : {"data_hash", "data_source"}) old.erase(key);
  const Row row = read_rows(folder.put("old.jsonl", old.dump() + "\n")).at(0);
  EXPECT_EQ(row.median_ips, 47);
  EXPECT_FALSE(row.data_hash);
  old["schema_version"] = row_schema_version;
  EXPECT_THROW(read_rows(folder.put("torn.jsonl", old.dump() + "\n")), Error);
}

}  // namespace
}  // namespace cnnbench
