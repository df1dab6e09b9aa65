#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iterator>
#include <list>

#include "cnnbench/cli/changed_results.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/quantities.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/speed_table.hpp"

namespace cnnbench {
namespace {

struct CompareCommandOptions {
  std::string base, fail_on_regression, within = "1%", table_base, undecided = "fail";
  std::vector<std::string> others, across, base_sets;
  bool force = false, table = false;
  OutputOptions output;
};

// What was read, and what of it could not be.
struct Sides {
  std::list<std::vector<Row>> rows{};  // they live as long as the comparisons that point to them
  std::vector<Error> damaged{};

  const std::vector<Row>& read(const std::string& path) {
    Results results = load_results({path});
    std::move(results.damaged.begin(), results.damaged.end(), std::back_inserter(damaged));
    rows.push_back(std::move(results.rows));
    warn_of_changes(rows.back());
    return rows.back();
  }
};

void print_table(const CompareCommandOptions& options) {
  Sides sides;
  std::vector<Row> rows = sides.read(options.base);
  for (const std::string& other : options.others) {
    const std::vector<Row>& more = sides.read(other);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  std::string text = speed_table(rows, options.table_base);
  text.pop_back();
  Console::get().result(text);
  end_with_damaged(sides.damaged, "the table is of the others");
}

struct Counted {
  std::size_t cells = 0, regressions = 0, undecided = 0;
};

Counted counted(const Comparison& comparison, double threshold) {
  Counted out{.cells = comparison.cells.size()};
  for (const Compared& c : comparison.cells) {
    const Gate g = gate(c, threshold);
    out.regressions += g == Gate::regression;
    out.undecided += g == Gate::undecided;
  }
  // What one side lacks, or where it failed, nobody has compared.
  out.undecided += comparison.unmatched.size();
  return out;
}

void decide(const Counted& found, const CompareCommandOptions& options) {
  Console& console = Console::get();
  if (found.regressions > 0) {
    console.say(
        fmt::format("{} of {} cells are slower by more than {}", found.regressions, found.cells, options.fail_on_regression));
    set_exit_status(ExitCode::regression);
  } else if (found.undecided > 0) {
    const bool passes = options.undecided == "pass";
    console.say(
        fmt::format("{} of {} cells could not be decided, or have no partner: {}", found.undecided, found.cells + found.undecided,
                    passes ? "let pass (--undecided pass)" : "that is no pass; take more repetitions, or give --undecided pass"));
    if (!passes) set_exit_status(ExitCode::undecided);
  } else {
    console.say(fmt::format("passed: a loss of more than {} is excluded in all {} cells", options.fail_on_regression, found.cells));
  }
}

void compare_command(const CompareCommandOptions& options) {
  options.output.check();
  if (options.table || !options.table_base.empty()) return print_table(options);
  const CompareOptions how{.within = typed_share(options.within, "--within"),
                           .force = options.force,
                           .across = options.across,
                           .base = options.base_sets};
  const bool gated = !options.fail_on_regression.empty();
  const double threshold = gated ? typed_share(options.fail_on_regression, "--fail-on-regression") : 0;
  Sides sides;
  const std::vector<Row>& base = sides.read(options.base);
  std::vector<Comparison> comparisons;
  std::string text;
  Counted all;
  const auto add = [&](Comparison comparison, const std::string& other) {
    const Counted found = counted(comparison, threshold);
    all.cells += found.cells;
    all.regressions += found.regressions;
    all.undecided += found.undecided;
    text += (text.empty() ? "" : "\n\n") + comparison_text(comparison, options.base, other);
    comparison.base = options.base;
    comparison.other = other.empty() ? options.base : other;
    comparisons.push_back(std::move(comparison));
  };
  if (options.others.empty()) add(compare_sweep(base, how), "");
  for (const std::string& other : options.others) add(compare_rows(base, sides.read(other), how), other);
  options.output.put([&] { return text; }, [&] { return comparisons_json(comparisons); });
  // Whoever asked for a comparison and got none must not take it for "no difference".
  if (all.cells == 0)
    throw Error(ExitCode::failed, "nothing was compared: no cell is in both",
                options.others.empty() ? "give two results, or one with several cells"
                                       : "compare results of the same configs, or name the keys that differ with --across");
  if (gated) decide(all, options);
  // A proven regression is one, whatever else could not be read.
  if (exit_status() == ExitCode::regression)
    for (const Error& e : sides.damaged) Console::get().warn(e.what());
  else
    end_with_damaged(sides.damaged, "compared are the others");
}

}  // namespace

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<CompareCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "compare", "results cell by cell, or the cells of one sweep: ratio, interval, p value, and what that proves");
  // In capitals: for CLI11 from 2.4 on an argument's name may not be an option's, and --base is one.
  command->add_option("BASE", options->base, "a run folder, a folder of run folders (each a repetition), or a file of rows")
      ->required()
      ->type_name("RESULTS");
  command
      ->add_option("new", options->others, "the same; each is compared with the base. None: the base's own cells against its first")
      ->type_name("RESULTS");
  command
      ->add_option("--fail-on-regression", options->fail_on_regression,
                   "a gate: exit 5 where a cell is proven slower by more than this (3%), 6 where that cannot be decided")
      ->type_name("PERCENT");
  command->add_option("--undecided", options->undecided, "what a gate makes of what it cannot decide: fail (exit 6) or pass")
      ->check(CLI::IsMember({"fail", "pass"}))
      ->capture_default_str();
  command
      ->add_option("--across", options->across,
                   "a config key in which compared cells may differ (train.threads), or data for the pictures; again for more")
      ->type_name("KEY")
      ->allow_extra_args(false);
  command
      ->add_option("--base", options->base_sets,
                   "which cell of the base, where several could be: --base loader.workers=1; again for more")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--within", options->within, "how far speeds may lie apart and count as the same")
      ->type_name("PERCENT")
      ->capture_default_str();
  command->add_flag("--table", options->table,
                    "all speeds as a table: rows networks, columns devices and machines, ratios to one of them");
  command->add_option("--table-base", options->table_base,
                      "part of a column's name: the one that ratios refer to (default: the first)");
  command->add_flag("--force", options->force,
                    "call a winner on disturbed results, within the noise floor, and of single runs too");
  options->output.add_to(*command);
  command->callback([options] { compare_command(*options); });
}

}  // namespace cnnbench
