// bench --merge: the files of a sweep's shards as one benchmark. Nothing is measured.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "cnnbench/cli/bench_output.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/changed_results.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/machines.hpp"
#include "cnnbench/results/merge.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

void refuse_what_measures(const CLI::App& command) {
  const std::set<std::string> of_merge{"merge", "newest", "output", "json", "export"};
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_lnames().empty() ? "" : option->get_lnames().front();
    if (option->count() > 0 && !of_merge.contains(name))
      throw Error(ExitCode::usage, fmt::format("--merge measures nothing: --{} does not go with it", name),
                  "only --newest, --output, --json and --export do");
  }
}

std::string cells_text(std::size_t count) { return count_text(static_cast<long long>(count), "cell"); }

void refuse_several(const std::vector<SeveralRows>& several) {
  std::string first;
  constexpr std::size_t most = 3;
  for (std::size_t i = 0; i < std::min(several.size(), most); ++i)
    first += fmt::format("{}{} ({})", i == 0 ? "" : "; ", axes_label(*several[i].row), fmt::join(several[i].files, ", "));
  if (several.size() > most) first += fmt::format("; and {} more", several.size() - most);
  throw Error(ExitCode::usage,
              fmt::format("{} measured more than once on the same machine: {}",
                          several.size() == 1 ? "1 cell was" : fmt::format("{} cells were", several.size()), Console::safe(first)),
              "leave a file out, or take the newest measurement of each with --newest; compare takes files as they are");
}

void tell_missing(const MissingCells& missing) {
  Console& console = Console::get();
  for (const int shard : missing.whole_shards)
    console.warn(fmt::format("shard {0}/{1} is not there; --shard {0}/{1} measures it", shard, missing.shards));
  constexpr std::size_t most = 20;
  std::size_t told = 0;
  for (const MissingCell& cell : missing.cells_of) {
    if (told++ == most) break;
    Row row;
    row.axes = cell.axes;
    const std::string words = axes_label(row);
    console.warn(fmt::format("missing: cell {} of {}{}{}", cell.place, cell.cells, words.empty() ? "" : ", " + words,
                             missing.shards < 2 ? "" : fmt::format(" (shard {}/{})", cell.shard, missing.shards)));
  }
  if (missing.cells_of.size() > most) console.warn(fmt::format("missing: {} more cells", missing.cells_of.size() - most));
}

void tell(const Merged& merged, std::size_t files) {
  Console& console = Console::get();
  std::set<std::string> machines, builds;
  for (const Row& row : merged.rows)
    if (row.status == "ok") {
      machines.insert(machine_key(row));
      builds.insert(row.build_commit);
    }
  std::string text =
      fmt::format("{} of {}, measured on {}", cells_text(merged.rows.size()), count_text(static_cast<long long>(files), "file"),
                  count_text(static_cast<long long>(machines.size()), "machine"));
  if (merged.repeated > 0) text += fmt::format("; {} more rows were the same once more", merged.repeated);
  if (merged.given_way > 0)
    text += fmt::format("; {} more were of cells that failed and were measured after all, or failed again", merged.given_way);
  if (merged.places_on_several_machines > 0)
    text += fmt::format("; {} of the grid's cells were measured on more than one machine, and all are kept",
                        merged.places_on_several_machines);
  console.say(text);
  if (!merged.several.empty())
    console.say(fmt::format("{} measured more than once: the newest is taken", cells_text(merged.several.size())));
  if (builds.size() > 1) console.warn(fmt::format("the rows are of several builds: {}", fmt::join(builds, ", ")));
  for (const MissingCells& missing : merged.missing) tell_missing(missing);
}

}  // namespace

void merge_bench(const BenchOptions& options, const CLI::App& command) {
  refuse_what_measures(command);
  const BenchOutput output = check_output(options);
  std::vector<Error> damaged;
  const std::vector<RowFile> files = read_row_files({options.merge.begin(), options.merge.end()}, damaged);
  for (const RowFile& file : files) {
    warn_of_changes(file.rows);
    if (file.torn)
      Console::get().warn(file.name + ": its last line has no end (its writer was killed, or still writes) and is left out");
  }
  const Merged merged = merge_rows(files);
  if (!merged.several.empty() && !options.newest) refuse_several(merged.several);
  tell(merged, files.size());
  put_rows(merged.rows, output);
  write_rows(merged.rows, output);
  const bool failed = std::any_of(merged.rows.begin(), merged.rows.end(), [](const Row& row) { return row.status != "ok"; });
  if (failed || !merged.missing.empty()) set_exit_status(ExitCode::some_cells_failed);
  end_with_damaged(damaged, "merged are the others");
}

}  // namespace cnnbench
