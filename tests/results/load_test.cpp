#include "cnnbench/results/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cnnbench/core/error.hpp"
#include "report/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

class Load : public ::testing::Test {
 protected:
  const test::TemporaryFolder temporary;
  const fs::path& folder = temporary.path();
  fs::path write(const std::string& name, const std::string& text) const { return temporary.put(name, text); }
  void write_run(const std::string& name, double ips) const {
    RunResult run = report::sample_run(name).result;
    run.images_per_second = ips;
    write(name + "/result.json", result_text(run));
  }
  std::string error_of(const std::string& name, const std::string& text) const {
    try {
      const Results results = load_results({write(name, text)});
      if (!results.damaged.empty()) return results.damaged[0].what();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }
};

std::vector<Row> rows() {
  std::vector<Row> out = report::sample_results().rows;
  out[0].verdict = "=1+1, \"quoted\"\nsecond line";
  out[1].gpu_info = std::nullopt;
  out[1].throttle_reasons = std::vector<std::string>{"sw_power_cap"};
  out[2].axes = {{"loader.workers", 2}, {"train.optimizer", "'=adam"}};
  return out;
}

TEST_F(Load, AnyMixIsReadAndARunNamedTwiceCountsOnce) {
  write_run("runs/a", 10);
  write_run("runs/b", 12);
  const fs::path table = write("rows.csv", rows_text(rows(), RowFormat::csv)),
                 lines = write("rows.jsonl", rows_text(rows(), RowFormat::jsonl));
  const Results all =
      load_results({folder / "runs", folder / "runs/a", folder / "runs/../runs/b/result.json", table, lines, lines});
  ASSERT_EQ(all.runs.size(), 2U);
  EXPECT_EQ(all.runs[0].name, "a");
  ASSERT_EQ(all.rows.size(), 1 + 2 * rows().size());
  EXPECT_EQ(all.rows[0].repetitions, 2);
  EXPECT_EQ(all.rows[0].median_ips, 11);
}

TEST_F(Load, RowsComeBackFromCsvAsTheyWere) {
  const std::vector<Row> expected = rows(), got = read_rows(write("rows.csv", rows_text(expected, RowFormat::csv)));
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(row_line(got[i]), row_line(expected[i])) << i;
}

TEST_F(Load, CsvThatASpreadsheetSavedAgainIsRead) {
  std::string text = rows_text({rows()[1]}, RowFormat::csv);
  std::erase(text, '\r');
  text.pop_back();
  EXPECT_EQ(row_line(read_rows(write("rows.csv", text)).at(0)), row_line(rows()[1]));
}

TEST_F(Load, BrokenCsvIsAnErrorWithItsPlace) {
  const std::string good = rows_text({rows()[1]}, RowFormat::csv);
  EXPECT_THAT(error_of("a.csv", ""), ::testing::HasSubstr("names no columns"));
  EXPECT_THAT(error_of("b.csv", "a,b\r\n1,2\r\n"), ::testing::HasSubstr("names no columns"));
  EXPECT_THAT(error_of("c.csv", good + "1,2\r\n"), ::testing::HasSubstr("c.csv: row 2: has 2 cells"));
  EXPECT_THAT(error_of("d.csv", good + "1,\""), ::testing::HasSubstr("has no end"));
  std::string bad = good;
  bad.replace(bad.find("\r\n" + std::to_string(row_schema_version)) + 2, 1, "x");
  EXPECT_THAT(error_of("e.csv", bad), ::testing::HasSubstr("e.csv: row 1"));
  std::string two = rows_text({rows()[1], rows()[2]}, RowFormat::csv);
  two.replace(two.rfind("{\"\"loader.workers"), 1, "[");
  EXPECT_THAT(error_of("g.csv", two), ::testing::HasSubstr("g.csv: row 2: /axes: cannot be read"));
  EXPECT_THAT(error_of("f.csv", good.substr(0, good.find(",device,")) + good.substr(good.find(",model,"))),
              ::testing::HasSubstr("f.csv: row 1"));
}

TEST_F(Load, WhatIsNotThereIsSaid) { EXPECT_THROW(load_results({folder / "nothing"}), Error); }

}  // namespace
}  // namespace cnnbench
