#include "cnnbench/results/row.hpp"

#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

Row sample(int workers, std::vector<double> ips) {
  Row r;
  r.cell = "abc";
  r.axes = {{"loader.workers", workers}};
  r.device = "cpu";
  r.model = "catdog_original";
  r.workers = workers;
  r.batch_size = 32;
  r.samples_ips = std::move(ips);
  r.samples_pipeline_only_ips = {2000};
  r.verdict = "balanced";
  r.status = "ok";
  summarize(r);
  return r;
}

TEST(Row, FiguresFollowFromTheSamples) {
  const Row r = sample(1, {10, 11, 12});
  EXPECT_EQ(r.repetitions, 3);
  EXPECT_EQ(r.median_ips, 11);
  EXPECT_NEAR(*r.ci_low_ips, 8.5159, 1e-3);
  EXPECT_EQ(r.pipeline_only_ips, 2000);
  EXPECT_FALSE(r.compute_only_ips);
  EXPECT_FALSE(sample(1, {10}).ci_low_ips);
}

TEST(Row, ComesBackFromItsLine) {
  const test::TemporaryFolder folder;
  const Row r = sample(2, {10, 11.25, 12});
  const auto file = folder.put("rows.jsonl", row_line(r) + "\n" + row_line(sample(4, {})) + "\n");
  const auto rows = read_rows(file);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(row_line(rows[0]), row_line(r));
  EXPECT_FALSE(rows[1].median_ips);
  const auto document = folder.put("rows.json", rows_text({r}, RowFormat::json));
  EXPECT_EQ(row_line(read_rows(document).at(0)), row_line(r));
}

TEST(Row, ItsPlaceInTheGridComesBackFromEveryFormat) {
  const test::TemporaryFolder folder;
  Row with = sample(2, {10}), without = sample(4, {10});
  with.grid.emplace(GridPlace{.id = "0123456789abcdef", .place = 3, .cells = 8, .shard = 2, .shards = 4});
  for (const auto& [name, format] :
       {std::pair{"rows.jsonl", RowFormat::jsonl}, {"rows.json", RowFormat::json}, {"rows.csv", RowFormat::csv}}) {
    const auto rows = read_rows(folder.put(name, rows_text({with, without}, format)));
    ASSERT_EQ(rows.size(), 2U) << name;
    EXPECT_EQ(row_line(rows[0]), row_line(with)) << name;
    EXPECT_FALSE(rows[1].grid) << name;
  }
  // Rows without it stay as an older cnnbench wrote them, and as its readers expect them.
  EXPECT_FALSE(to_json(without).contains("grid"));
  for (const char* bad :
       {"{}", "3", R"({"id":"x","place":9,"cells":8,"shard":2,"shards":4})",
        R"({"id":"x","place":0,"cells":8,"shard":2,"shards":4})", R"({"id":"x","place":1,"cells":8,"shard":5,"shards":4})"}) {
    nlohmann::ordered_json json = to_json(with);
    json["grid"] = nlohmann::ordered_json::parse(bad);
    EXPECT_THROW(row_from_json(json, "rows.jsonl:1"), Error) << bad;
  }
}

TEST(Row, ALineThatAKillCutOffIsNoRow) {
  const test::TemporaryFolder folder;
  const std::string line = row_line(sample(2, {10}));
  bool torn = false;
  EXPECT_EQ(read_rows(folder.put("torn.jsonl", line + "\n" + line.substr(0, 40)), &torn).size(), 1U);
  EXPECT_TRUE(torn);
}

TEST(Row, AnythingElseIsAnErrorWithItsLine) {
  const test::TemporaryFolder folder;
  const std::string line = row_line(sample(2, {10}));
  for (const std::string bad : {"{}", "[1]", "nonsense", "{\"schema_version\":1}"}) {
    try {
      read_rows(folder.put("bad.jsonl", line + "\n" + bad + "\n"));
      FAIL() << bad;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("bad.jsonl:2"), std::string::npos) << e.what();
    }
  }
}

TEST(Row, MarkdownShowsWhatVaries) {
  EXPECT_EQ(rows_markdown({sample(1, {10, 11, 12}), sample(2, {20})}),
            "All rows: model catdog_original, device cpu, image_size 0, batch_size 32, max_queue_size 0, graph false, threads 0, "
            "cpus_usable 0\n\n"
            "| workers | images/s | 95 % interval | n | pipeline alone | network alone | wait % | verdict |\n"
            "|---:|---:|---:|---:|---:|---:|---:|---|\n"
            "| 1 | 11.0 | 8.5 to 13.5 | 3 | 2,000 | - | - | balanced |\n"
            "| 2 | 20.0 | one run: uncertainty unknown | 1 | 2,000 | - | - | balanced |\n"
            "\n- note: the repetitions differ: 10.0 to 12.0 images/s\n");
}

TEST(Row, ATerminalGetsPaddedColumnsThatFit) {
  const std::vector<Row> rows{sample(1, {10, 11, 12}), sample(2, {20})};
  EXPECT_EQ(
      rows_table(rows, 0),
      "model catdog_original, device cpu, image_size 0, batch_size 32, max_queue_size 0, graph false, threads 0, cpus_usable 0\n\n"
      "workers  images/s                 95 % interval  n  pipeline alone  network alone  wait %  verdict\n"
      "      1      11.0                   8.5 to 13.5  3           2,000              -       -  balanced\n"
      "      2      20.0  one run: uncertainty unknown  1           2,000              -       -  balanced\n"
      "\nrow 1: balanced\nrow 2: balanced\n"
      "\nnote (row 1): the repetitions differ: 10.0 to 12.0 images/s\n");
  // In 80 columns what tells least is left out.
  const std::string narrow = rows_table(rows, 80);
  EXPECT_THAT(narrow, testing::HasSubstr("workers  images/s                 95 % interval  n  pipeline alone  verdict\n"));
  EXPECT_THAT(narrow, testing::EndsWith("\n-o md has all columns\n"));
}

TEST(Row, ASizeIsANumberWhereItIsASquare) {
  const test::TemporaryFolder folder;
  Row r = sample(1, {10});
  r.image_size = square(64);
  EXPECT_EQ(to_json(r)["image_size"].dump(), "64");
  r.image_size = {48, 64};
  EXPECT_EQ(to_json(r)["image_size"].dump(), "[48,64]");
  EXPECT_EQ(read_rows(folder.put("rows.jsonl", row_line(r) + "\n")).at(0).image_size, (ImageSize{48, 64}));
  EXPECT_EQ(read_rows(folder.put("rows.csv", rows_text({r}, RowFormat::csv))).at(0).image_size, (ImageSize{48, 64}));
  const std::string sql = rows_text({r}, RowFormat::sql);
  EXPECT_NE(sql.find("image_size INTEGER"), std::string::npos);
  EXPECT_NE(sql.find("'[48,64]'"), std::string::npos);
  for (const char* bad : {"\"64\"", "[48]", "null", "[48,\"x\"]"}) {
    nlohmann::ordered_json json = to_json(r);
    json["image_size"] = nlohmann::ordered_json::parse(bad);
    EXPECT_THROW(row_from_json(json, "rows.jsonl:1"), Error) << bad;
  }
}

TEST(Row, HostileTextsAreInert) {
  Row r = sample(1, {10});
  r.verdict = "=1+1|<b>\x1b[31m\"'";
  r.error = "=cmd";
  EXPECT_EQ(rows_markdown({r}).find('\x1b'), std::string::npos);
  EXPECT_NE(rows_markdown({r}).find("=1+1\\|\\<b>"), std::string::npos);
  EXPECT_NE(rows_text({r}, RowFormat::csv).find(",'=cmd,"), std::string::npos);
  EXPECT_NE(rows_text({r}, RowFormat::csv).find("\"'=1+1|<b>\x1b[31m\"\"'\""), std::string::npos);
  EXPECT_NE(rows_text({r}, RowFormat::sql).find("\"'''"), std::string::npos);
}

// A name of a folder, or a table that was saved in another encoding. Found by the fuzzer.
TEST(Row, BytesThatAreNoUtf8AreReplacedInEveryFormat) {
  Row r = sample(1, {10});
  r.model = "caf\xe9";
  for (const RowFormat format : {RowFormat::csv, RowFormat::sql, RowFormat::json, RowFormat::jsonl, RowFormat::md})
    EXPECT_NE(rows_text({r}, format).find("caf\xef\xbf\xbd"), std::string::npos) << static_cast<int>(format);
}

}  // namespace
}  // namespace cnnbench
