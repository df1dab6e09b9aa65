// Results that went through a spreadsheet, or through a bad disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/load.hpp"
#include "report/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;

// As Excel writes a CSV where the decimal sign is a comma: a byte order mark, semicolons, 1,5 for 1.5, TRUE for true, \r\n.
std::string as_excel_saves(const std::string& csv) {
  std::string out = "\xef\xbb\xbf";
  bool quoted = false;
  std::string cell;
  const auto put_cell = [&](char end) {
    if (cell.ends_with('\r')) cell.pop_back();
    const bool number = !cell.empty() && std::count(cell.begin(), cell.end(), '.') <= 1 &&
                        cell.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (number) std::replace(cell.begin(), cell.end(), '.', ',');
    if (cell == "true") cell = "TRUE";
    if (cell == "false") cell = "FALSE";
    out += cell;
    if (end == '\n')
      out += "\r\n";
    else
      out += ';';
    cell.clear();
  };
  for (const char c : csv) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == ',' || c == '\n'))
      put_cell(c);
    else
      cell += c;
  }
  return out;
}

TEST(WildResults, RowsThatExcelSavedAgainAreReadAsTheyWere) {
  const test::TemporaryFolder f;
  const std::vector<Row> rows = report::sample_results().rows;
  const std::string csv = rows_text(rows, RowFormat::csv);
  const std::string saved = as_excel_saves(csv);
  ASSERT_THAT(saved, HasSubstr("schema_version;"));
  const std::vector<Row> plain = load_results({f.put("plain.csv", csv)}).rows,
                         back = load_results({f.put("excel.csv", saved)}).rows;
  ASSERT_EQ(back.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(row_line(back[i]), row_line(plain[i])) << i;
}

TEST(WildResults, AnotherEncodingIsNamed) {
  const test::TemporaryFolder f;
  try {
    load_results({f.put("wide.csv", std::string("\xff\xfes\0c\0h\0", 8))});
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("wide.csv: this is UTF-16: save it as 'CSV UTF-8'"));
  }
}

TEST(WildResults, OneDamagedResultAmongSoundOnesIsNamedAndTheOthersAreRead) {
  const test::TemporaryFolder f;
  for (const char* name : {"a", "b"})
    f.put(std::string("runs/") + name + "/result.json", result_text(report::sample_run(name).result));
  f.put("runs/c/result.json", "{\"schema_ver");
  const Results all = load_results({f.path() / "runs"});
  EXPECT_EQ(all.runs.size(), 2u);
  ASSERT_EQ(all.damaged.size(), 1u);
  EXPECT_THAT(all.damaged[0], HasSubstr("c/result.json: this is no JSON"));
  EXPECT_THROW(load_results({f.path() / "runs/c"}), Error) << "nothing else is there";
}

}  // namespace
}  // namespace cnnbench
