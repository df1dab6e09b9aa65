#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/noise_floor.hpp"
#include "cnnbench/results/speed_table.hpp"

namespace cnnbench {
namespace {

struct Options {
  std::string base, fail_on_regression, within = "1%", table_base;
  std::vector<std::string> others;
  bool force = false, json = false, table = false;
};

// "3%" or "0.03".
double share(std::string text, const char* option) {
  const std::string given = text;
  const double unit = text.ends_with('%') ? 0.01 : 1;
  if (unit < 1) text.pop_back();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  value *= unit;
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value < 1))
    throw Error(ExitCode::usage, fmt::format("{}: '{}' is no share", option, given), "give it as 3% or 0.03");
  return value;
}

// With this machine's noise floor where the rows bring none and it is known.
std::vector<Row> rows_with_floor(const std::string& path) {
  std::vector<Row> rows = rows_of(path);
  for (Row& row : rows)
    if (!row.noise_floor_pct) row.noise_floor_pct = known_noise_floor(row);
  return rows;
}

void print_table(const Options& options) {
  std::vector<Row> rows = rows_of(options.base);
  for (const std::string& other : options.others)
    for (Row& row : rows_of(other)) rows.push_back(std::move(row));
  std::string text = speed_table(rows, options.table_base);
  text.pop_back();
  Console::get().result(text);
}

void compare_command(const Options& options) {
  if (options.table || !options.table_base.empty()) return print_table(options);
  if (options.others.empty())
    throw Error(ExitCode::usage, "compare needs a second result", "compare BASE NEW, or --table for all speeds of one file");
  const CompareOptions how{.within = share(options.within, "--within"), .force = options.force};
  const bool gate = !options.fail_on_regression.empty();
  const double threshold = gate ? share(options.fail_on_regression, "--fail-on-regression") : 0;
  const std::vector<Row> base = rows_with_floor(options.base);
  nlohmann::ordered_json documents = nlohmann::ordered_json::array();
  std::string text;
  std::size_t regressions = 0, cells = 0;
  for (const std::string& other : options.others) {
    const std::vector<Row> rows = rows_with_floor(other);
    const Comparison comparison = compare_rows(base, rows, how);
    cells += comparison.cells.size();
    for (const Compared& c : comparison.cells) regressions += gate && regressed(c, threshold) ? 1 : 0;
    text += (text.empty() ? "" : "\n\n") + comparison_text(comparison, options.base, other);
    documents.push_back(to_json(comparison));
    documents.back()["base"] = options.base;
    documents.back()["new"] = other;
  }
  if (options.json)
    Console::get().document(nlohmann::ordered_json{{"schema_version", 1}, {"comparisons", documents}}.dump(
        2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  else
    Console::get().result(text);
  // A gate that compared nothing must not pass.
  if (gate && cells == 0)
    throw Error(ExitCode::failed, "no cell is in both: nothing was compared", "compare results of the same configs");
  if (regressions == 0) return;
  Console::get().say(fmt::format("{} of {} cells are slower by more than {}", regressions, cells, options.fail_on_regression));
  set_exit_status(ExitCode::regression);
}

}  // namespace

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("compare", "two or more results, cell by cell: ratio, interval, p value, and what that proves");
  command->add_option("base", options->base, "a run folder, a folder of run folders (each a repetition), or a file of rows")
      ->required();
  command->add_option("new", options->others, "the same; each is compared with the base");
  command->add_option("--fail-on-regression", options->fail_on_regression, "exit 5 where a cell is slower by more than this: 3%");
  command->add_option("--within", options->within,
                      "what counts as the same speed (default 1%, or the machine's noise floor if larger)");
  command->add_flag("--table", options->table, "all speeds as a table: rows networks, columns devices and machines, ratios to one of them");
  command->add_option("--table-base", options->table_base, "part of a column's name: the one that ratios refer to (default: the first)");
  command->add_flag("--force", options->force, "call a winner on tainted results and single runs too");
  command->add_flag("--json", options->json, "as one JSON document on stdout");
  command->callback([options] { compare_command(*options); });
}

}  // namespace cnnbench
