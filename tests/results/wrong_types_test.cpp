// Results with any value in any place: whoever reads them ends with a result or with an Error, never with another exception.
#include <gtest/gtest.h>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/report/page.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/verify.hpp"
#include "report/sample_results.hpp"
#include "results/checksum.hpp"
#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Of every value and every container, the document itself left out; of long lists the first two items.
void collect(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
  if (!at.empty()) out.push_back(at);
  if (json.is_object())
    for (const auto& [key, value] : json.items()) collect(value, at / key, out);
  if (json.is_array())
    for (std::size_t i = 0; i < std::min<std::size_t>(json.size(), 2); ++i) collect(json[i], at / i, out);
}

const Json values[] = {nullptr,
                       "x",
                       "",
                       -1,
                       0,
                       1e300,
                       true,
                       Json::array(),
                       Json::object(),
                       Json::array({nullptr, "x", -1}),
                       Json{{"a", 1}},
                       18446744073709551615U};

struct Outcome {
  int read = 0, refused = 0;
};

template <class Use>
void use(const Use& use_it, const std::string& what, Outcome& outcome) {
  try {
    use_it();
    ++outcome.read;
  } catch (const Error& e) {
    ++outcome.refused;
    EXPECT_FALSE(std::string(e.what()).empty()) << what;
  } catch (const std::exception& e) {
    ADD_FAILURE() << what << ": " << e.what();
  }
}

void use_all(const fs::path& file, const fs::path& sound, const std::string& what, Outcome& outcome) {
  use([&] { verify(file); }, "verify, " + what, outcome);
  use(
      [&] {
        const Results results = load_results({file});
        const report::Report report = report::make_report(results);
        report::text_of(report);
        report::page_of(report, {});
      },
      "report, " + what, outcome);
  use(
      [&] {
        const std::vector<Row> base = load_results({sound}).rows, other = load_results({file}).rows;
        comparison_text(compare_rows(base, other, {}), "base", "new");
      },
      "compare, " + what, outcome);
}

// Every change alone, with the checksum of before and with the one that belongs to it: a hand that changes a file may make that
// too.
Outcome try_every_change(const Json& document, const std::string& name, bool lines) {
  const test::TemporaryFolder folder;
  const auto text = [&](const Json& json) { return json.dump(lines ? -1 : 2, ' ', false, Json::error_handler_t::replace) + "\n"; };
  const fs::path sound = folder.put("sound/" + name, text(with_checksum(document)));
  std::vector<Json::json_pointer> places;
  collect(document, Json::json_pointer(), places);
  Outcome outcome;
  std::size_t turn = 0;
  for (const Json::json_pointer& place : places)
    for (const Json& value : values) {
      Json changed = document;
      if (changed[place] == value) continue;
      changed[place] = value;
      const fs::path file = folder.put("changed/" + name, text(++turn % 2 == 0 ? with_checksum(changed) : changed));
      use_all(file, sound, place.to_string() + " = " + value.dump(), outcome);
    }
  return outcome;
}

TEST(WrongTypes, InARunAreErrors) {
  RunResult run = report::sample_run("a").result;
  run.experiment.model.preset = "catdog_original";
  run.class_names = {"cat", "dog"};
  const Json document = Json::parse(result_text(run));
  const Outcome found = try_every_change(document, "result.json", false);
  EXPECT_GT(found.read, 500);
  EXPECT_GT(found.refused, 500);
}

TEST(WrongTypes, InRowsAreErrors) {
  Row row = report::sample_row("original", "cpu", 1, 32, {10, 11, 12, 13});
  row.config = to_json(Experiment{});
  row.axes = {{"loader.workers", "1"}};
  const Outcome found = try_every_change(to_json(row), "rows.jsonl", true);
  EXPECT_GT(found.read, 500);
  EXPECT_GT(found.refused, 500);
}

}  // namespace
}  // namespace cnnbench
