#include "cnnbench/cli/bench_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <set>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/config/key_pointer.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/sha256.hpp"
#include "cnnbench/core/whole_number.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/measure/grid.hpp"
#include "cnnbench/measure/machine.hpp"

namespace cnnbench {

const std::vector<std::string> short_run_sets{fmt::format("train.epochs={}", most_epochs), "train.validate_every=-1",
                                              "train.checkpoint_every=0"};

namespace {

using Json = nlohmann::ordered_json;

std::vector<Axis> axes_of(const BenchOptions& options) {
  std::vector<Axis> axes;
  for (const auto& [key, values] : options.key_axes)
    if (!values.empty()) axes.push_back({key, axis_values(values)});
  for (const std::string& text : options.axes) axes.push_back(parse_axis(text));
  return axes;
}

// Of one network: the shipped config of that name, or the preset in the config that was given.
Experiment experiment_of(const BenchOptions& options, const std::string& model, const Cell& cell, int ranks, bool first) {
  std::vector<std::string> sets = short_run_sets;
  std::string config = options.config;
  if (config.empty())
    config = model;
  else if (!model.empty())
    sets.push_back("model.preset=" + model);
  sets.insert(sets.end(), options.sets.begin(), options.sets.end());
  sets.insert(sets.end(), cell.sets.begin(), cell.sets.end());
  if (options.batch_per_rank > 0) sets.push_back(fmt::format("loader.batch_size={}", options.batch_per_rank * ranks));
  Hints hints;
  Experiment e = load_experiment(find_config(config), {.sets = sets, .environment = process_environment()}, &hints);
  require_data_path(e.data);
  if (first)
    for (const std::string& hint : hints) Console::get().say("hint: " + hint);
  return e;
}

// 64 bits of SHA-256.
std::string cell_hash(const std::string& text) { return sha256(text).substr(0, 16); }

// How many processes train together, of each cell.
std::vector<int> ranks_of(const BenchOptions& options) {
  if (options.ranks.empty()) return {1};
  std::vector<int> out;
  for (const std::string& value : axis_values(options.ranks)) {
    const std::optional<int> ranks = whole_number(value);
    if (!ranks || *ranks < 1)
      throw Error(ExitCode::usage, fmt::format("--ranks {}: '{}' is no number of processes", options.ranks, value),
                  "give numbers of at least 1: 1,2,4 or 1-8*2");
    out.push_back(*ranks);
  }
  return out;
}

Work work_of(Experiment e, Json axes, int ranks, const std::string& machine) {
  Work work;
  Row& row = work.row;
  row.ranks = ranks;
  row.axes = std::move(axes);
  row.model = e.model.preset.empty() ? e.name : e.model.preset;
  row.device = e.train.device;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.workers = e.loader.workers;
  row.max_queue_size = e.loader.max_queue_size;
  row.config = to_json(e);
  // One process is the same cell with and without --ranks.
  row.cell = cell_hash(json_line(row.config) + machine + (ranks > 1 ? fmt::format(" {} ranks", ranks) : ""));
  work.experiment = std::move(e);
  return work;
}

// Of what was asked for, not of what a machine makes of it: where pictures lie, or that they are missing, is each machine's own.
std::string grid_id(const std::vector<Work>& cells, const BenchOptions& options) {
  std::string asked = fmt::format("{}\n{}", std::filesystem::path(options.config).filename().string(), options.batch_per_rank);
  for (const std::string& set : options.sets) asked += "\n" + set;
  for (const Work& work : cells) asked += "\n" + json_line(work.row.axes);
  return cell_hash(asked);
}

void number_cells(std::vector<Work>& cells, const BenchOptions& options) {
  const std::string id = grid_id(cells, options);
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i].row.grid.emplace(GridPlace{.id = id, .place = static_cast<int>(i) + 1, .cells = static_cast<int>(cells.size())});
}

}  // namespace

std::vector<Work> plan_bench(const BenchOptions& options) {
  std::vector<std::string> models;
  if (!options.models.empty()) models = axis_values(options.models);
  if (models.empty() && options.config.empty())
    throw Error(ExitCode::usage, "bench needs a network", "name some with -m catdog_original,catdog_improved, or give --config");
  const std::vector<Cell> cells = make_grid(axes_of(options));
  const Json record = machine_record();
  const std::string machine =
      fmt::format("{} {} {}", build_info().commit, json_line(record["hostname_hash"]), json_line(record["cpu_info"]));
  std::vector<Work> out;
  std::set<std::string> seen;
  std::exception_ptr first_fault;
  const auto add = [&](const std::string& model, const Cell& cell, int ranks) {
    Json axes = Json::object();
    if (!model.empty()) axes["model.preset"] = std::filesystem::path(model).stem().string();
    axes.update(cell.axes);
    if (!options.ranks.empty()) axes["ranks"] = std::to_string(ranks);
    try {
      out.push_back(work_of(experiment_of(options, model, cell, ranks, out.empty()), axes, ranks, machine));
    } catch (const Error& e) {
      if (!first_fault) first_fault = std::current_exception();
      Work work;
      work.row.axes = axes;
      work.row.model = model;
      work.row.cell = cell_hash(json_line(axes) + machine);
      work.row.status = "failed";
      work.row.error = e.what();
      out.push_back(std::move(work));
    }
    if (!seen.insert(out.back().row.cell).second) out.pop_back();  // two ways to write the same cell
  };
  const std::vector<int> all_ranks = ranks_of(options);
  for (const std::string& model : models.empty() ? std::vector<std::string>{""} : models)
    for (const Cell& cell : cells)
      for (const int ranks : all_ranks) add(model, cell, ranks);
  const auto failed = [](const Work& work) { return work.row.status == "failed"; };
  if (first_fault && std::all_of(out.begin(), out.end(), failed)) std::rethrow_exception(first_fault);
  number_cells(out, options);
  return out;
}

std::string axes_label(const Row& row) {
  std::string text;
  for (const auto& [key, value] : row.axes.items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key.substr(key.rfind('.') + 1), value.get<std::string>());
  return Console::safe(text.empty() ? row.model : text);
}

Experiment changed(const Experiment& e, const std::string& set) {
  const std::size_t equals = set.find('=');
  const std::string value = set.substr(equals + 1);
  Json config = to_json(e);
  const Json parsed = Json::parse(value, nullptr, false);
  config[key_pointer(set.substr(0, equals))] = parsed.is_number() ? parsed : Json(value);
  return experiment_from_json(config);
}

}  // namespace cnnbench
