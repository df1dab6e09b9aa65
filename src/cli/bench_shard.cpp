// A share of a benchmark's cells: bench --shard.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/measure/shard.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// Where the pictures lie is each machine's own.
Json without_places(Json config) {
  if (const auto data = config.find("data"); data != config.end() && data->is_object())
    for (const char* key : {"path", "fallback"}) data->erase(key);
  return config;
}

}  // namespace

std::vector<Work> cells_of_shard(std::vector<Work> cells, const BenchOptions& options) {
  if (options.shard.empty()) {
    if (in_slurm_array(variable))
      Console::get().say("hint: every task of this job array measures all cells; --shard slurm takes its share");
    return cells;
  }
  const Shard shard = parse_shard(options.shard, variable);
  const std::size_t all = cells.size();
  std::erase_if(cells, [&](const Work& work) {
    return shard_of(static_cast<std::size_t>(work.row.grid->place - 1), shard.count) != shard.index;
  });
  for (Work& work : cells) {
    work.row.grid->shard = shard.index;
    work.row.grid->shards = shard.count;
  }
  Console::get().say(cells.empty() ? fmt::format("shard {} has no cell: the grid has {}", shard_text(shard), all)
                                   : fmt::format("shard {}: {} of the grid's {} cells", shard_text(shard), cells.size(), all));
  return cells;
}

bool is_finished_in(const Work& work, const Row& row) {
  if (row.cell == work.row.cell) return true;
  return work.row.grid->shards > 1 && row.grid && row.grid->id == work.row.grid->id && row.grid->place == work.row.grid->place &&
         row.build_commit == build_info().commit && without_places(row.config) == without_places(work.row.config);
}

}  // namespace cnnbench
