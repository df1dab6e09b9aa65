// A run as one repetition of a cell, and repetitions as the cell's row: the same whether bench made the runs or somebody else did.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

// What a run resolves, and the key that says so beforehand.
struct ResolvedKey {
  const char *fact, *key;
};
inline constexpr ResolvedKey resolved_keys[] = {{"device", "train.device"},    {"precision", "train.precision"},
                                                {"cache", "loader.cache"},     {"augment_on", "augment.on"},
                                                {"workers", "loader.workers"}, {"graph", "train.graph"},
                                                {"threads", "train.threads"},  {"convolution", "train.convolution"}};
std::string as_set(const nlohmann::ordered_json& fact);  // as --set has it

// {"ips", "data_wait_pct", "worker_read_us", "forward_us", ..., "taints", "resolved"}. bench adds what it measures beside the run.
nlohmann::ordered_json repetition_of(const RunResult&);

// Whether it has the shape of one: a file of samples may have been edited, or written by another program.
bool is_repetition(const nlohmann::ordered_json&);

// Repetitions that resolved what was open in different ways are no repetitions of one thing: bench's row then has failed, and has
// no figures. Runs that were made one by one cannot be held to it: their row has a taint.
enum class Mixed { fails, is_a_taint };

// Puts repetitions together. `row` has its identity (cell, axes, config).
void fold(Row& row, const std::vector<nlohmann::ordered_json>& repetitions, Mixed = Mixed::fails);

}  // namespace cnnbench
