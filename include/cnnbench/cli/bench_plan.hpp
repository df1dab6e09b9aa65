// What a benchmark will do: its options, its cells, how long that takes. Not here: measuring.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/results/row.hpp"

namespace CLI {
class App;
}

namespace cnnbench {

struct BenchOptions {
  std::string config, models, file, format = "text", shard;
  std::string ranks, launcher;     // --ranks' values; what starts them, {} stands for how many
  int batch_per_rank = 0;          // 0: loader.batch_size is that of all ranks
  std::vector<std::string> merge;  // files of rows: nothing is measured
  std::vector<std::string> sets, axes;
  std::map<std::string, std::string> key_axes;  // config key -> values, of the short options
  int repetitions = 10;
  double interval_pct = 1, time_limit_seconds = 0, timeout_seconds = 600;
  std::uint64_t order_seed = 1;
  bool resume = false, dry_run = false, newest = false, only_live = false, aa = false, check_verdict = false, library = false,
       json = false;
};

// A cell under way.
struct Work {
  Row row;  // its identity, and later all of it
  Experiment experiment;
  std::vector<nlohmann::ordered_json> repetitions;
  double seconds = 0;
  bool finished = false;
};

// Set before the user's own: enough for a figure. One epoch fills caches, the next ones are measured until the speed has settled:
// mostly one, of large batches (few steps an epoch) several.
extern const std::vector<std::string> short_run_sets;

// Every combination, whichever shard is asked for; a bad value makes a row with its error. Throws Error where nothing would be left
// to measure.
std::vector<Work> plan_bench(const BenchOptions&);

// Of them, those of the shard that is asked for, which may be none; all where none is.
std::vector<Work> cells_of_shard(std::vector<Work>, const BenchOptions&);

// What a resumed benchmark has of a cell already. A share of a sweep may go on on another machine, where a finished cell is not
// measured again.
bool is_finished_in(const Work&, const Row&);

// "workers=2 batch_size=32", for a terminal.
std::string axes_label(const Row&);

// The same with one "key=value" more.
Experiment changed(const Experiment&, const std::string& set);

// bench --merge; `command` knows which options were given.
void merge_bench(const BenchOptions&, const CLI::App& command);

// Seconds that all cells take with every repetition, from a short training of each network on synthetic pictures (which runs now).
double estimate_seconds(const std::vector<Work>&, const BenchOptions&);

}  // namespace cnnbench
