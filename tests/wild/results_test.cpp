// Results that went through a spreadsheet, or through a bad disk.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/verify.hpp"
#include "report/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

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
  EXPECT_THAT(all.damaged[0].what(), HasSubstr("c/result.json: this is no JSON"));
  EXPECT_THROW(load_results({f.path() / "runs/c"}), Error) << "nothing else is there";
}

TEST(WildResults, OneDamagedRowIsNamedAndTheOthersAreRead) {
  const test::TemporaryFolder f;
  const std::vector<Row> rows = report::sample_results().rows;
  const std::string line = row_line(rows[0]) + "\n";
  const auto looked = [&](const std::string& name, const std::string& text, std::size_t sound) {
    const Results results = load_results({f.put(name, text)});
    EXPECT_EQ(results.rows.size(), sound) << name;
    return results.damaged.size() == 1 ? std::string(results.damaged[0].what()) : fmt::format("{} damaged", results.damaged.size());
  };
  EXPECT_THAT(looked("bad.jsonl", line + "{\"a\n" + line, 2), HasSubstr("bad.jsonl:2: "));
  EXPECT_THAT(looked("cut.jsonl", line + line.substr(0, 40), 1), HasSubstr("cut.jsonl:2: "));
  EXPECT_THAT(looked("whole.jsonl", line + line.substr(0, line.size() - 1), 2), HasSubstr("0 damaged"));
  EXPECT_THAT(looked("bad.csv", rows_text({rows[0]}, RowFormat::csv) + "2,3\r\n", 1), HasSubstr("bad.csv: row 2: has 2 cells"));
  std::string document = rows_text({rows[0], rows[1]}, RowFormat::json);
  document.replace(document.find("\"status\""), 8, "\"other\"");
  EXPECT_THAT(looked("bad.json", document, 1), HasSubstr("bad.json: /rows/0: /status: missing"));
}

TEST(WildResults, OneDamagedRunAmongThoseOfSeveralDevicesIsNamed) {
  const test::TemporaryFolder f;
  Json runs = Json::parse(result_text(report::sample_run("a").result));
  runs = {{"runs", {runs, {{"epochs", 3}}}}};
  const Results results = load_results({f.put("runs.json", runs.dump())});
  EXPECT_EQ(results.runs.size(), 1u);
  ASSERT_EQ(results.damaged.size(), 1u);
  EXPECT_THAT(results.damaged[0].what(), HasSubstr("runs.json: /schema_version"));
}

TEST(WildResults, VerifyLooksAtTheRestWhereOneCannotBeRead) {
  const test::TemporaryFolder f;
  for (const char* name : {"a", "b"})
    f.put(std::string("runs/") + name + "/result.json", result_text(report::sample_run(name).result));
  f.put("runs/a/epochs.csv/in", "");  // a folder where a file belongs
  const std::vector<Verified> all = verify(f.path() / "runs");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0].faults, testing::ElementsAre(HasSubstr("cannot read " + (f.path() / "runs/a/epochs.csv").string())));
  EXPECT_THAT(all[1].source, HasSubstr("b/result.json"));
  EXPECT_FALSE(all[1].headline.empty());
}

}  // namespace
}  // namespace cnnbench
