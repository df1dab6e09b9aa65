// One repetition of a benchmark's cell: up to three fresh processes of this program, one per measured speed. Not here: the grid.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

// Of a process that trains until its speed has settled: for large batches of few pictures, which are few steps an epoch.
inline constexpr int most_epochs = 20;

struct RepetitionOptions {
  double timeout_seconds = 600;  // of each process
  bool alone = true;             // also the pipeline alone and the network alone
  double loader_seconds = 2;     // of the pipeline alone
  bool library = false;          // also the same with libtorch's operations in place of our own
  // Of several ranks: how many, and the words that start them. `alone` then means: also as many which exchange no gradients.
  int ranks = 1;
  std::vector<std::string> launcher{};
};

// {"ips", "data_wait_pct", "pipeline_only_ips", "compute_only_ips", "read_us", ..., "taints", "resolved"}, or
// {"error", "memory"} where a process failed. Throws Error(interrupted or terminated) where a signal asked to stop.
nlohmann::ordered_json repeat_cell(const Experiment&, const RepetitionOptions&);

// What a config leaves open (precision, cache, workers, where to augment, graph, threads) as the first repetition that worked
// resolved it: every later process of the cell gets it so, and a resumed benchmark what its samples say. `e` as it is where none
// did.
Experiment pinned(const Experiment& e, const std::vector<nlohmann::ordered_json>& repetitions);

}  // namespace cnnbench
