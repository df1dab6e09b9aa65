#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/measure/grid.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/bench_file.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
  std::string config, models, file, format = "md";
  std::vector<std::string> sets, axes;
  std::map<std::string, std::string> key_axes;  // config key -> values, of the short options
  int repetitions = 3;
  double interval_pct = 1, time_limit_seconds = 0, timeout_seconds = 600;
  std::uint64_t order_seed = 1;
  bool resume = false, dry_run = false, only_live = false;
};

// A cell under way.
struct Work {
  Row row;  // its identity, and later all of it
  Experiment experiment;
  std::vector<Json> repetitions;
  double seconds = 0;
  bool finished = false;
};

// Enough for a figure, unless the config or a --set says otherwise: one epoch fills caches, the second is measured.
const std::vector<std::string> short_runs{"train.epochs=2", "train.validate_every=0", "train.checkpoint_every=0"};

std::vector<Axis> axes_of(const Options& options) {
  std::vector<Axis> axes;
  for (const auto& [key, values] : options.key_axes)
    if (!values.empty()) axes.push_back({key, axis_values(values)});
  for (const std::string& text : options.axes) axes.push_back(parse_axis(text));
  return axes;
}

// Of one network: the shipped config of that name, or the preset in the config that was given.
Experiment experiment_of(const Options& options, const std::string& model, const Cell& cell, bool first) {
  std::vector<std::string> sets = short_runs;
  std::string config = options.config;
  if (config.empty())
    config = model;
  else if (!model.empty())
    sets.push_back("model.preset=" + model);
  sets.insert(sets.end(), options.sets.begin(), options.sets.end());
  sets.insert(sets.end(), cell.sets.begin(), cell.sets.end());
  Hints hints;
  Experiment e = load_experiment(find_config(config), {.sets = sets, .environment = process_environment()}, &hints);
  if (first)
    for (const std::string& hint : hints) Console::get().say("hint: " + hint);
  return e;
}

Work work_of(Experiment e, Json axes, const std::string& machine) {
  Work work;
  Row& row = work.row;
  row.axes = std::move(axes);
  row.model = e.model.preset.empty() ? e.name : e.model.preset;
  row.device = e.train.device;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.workers = e.loader.workers;
  row.max_queue_size = e.loader.max_queue_size;
  row.config = to_json(e);
  row.cell = hash_of(row.config.dump(-1, ' ', false, Json::error_handler_t::replace) + machine);
  work.experiment = std::move(e);
  return work;
}

// A bad value makes a row with its error; the rest goes on.
std::vector<Work> plan(const Options& options) {
  std::vector<std::string> models;
  if (!options.models.empty()) models = axis_values(options.models);
  if (models.empty() && options.config.empty())
    throw Error(ExitCode::usage, "bench needs a network", "name some with -m catdog_original,catdog_improved, or give --config");
  const std::vector<Cell> cells = make_grid(axes_of(options));
  const Json record = machine_record();
  const std::string machine =
      fmt::format("{} {} {}", build_info().commit, record["hostname_hash"].dump(), record["cpu_info"].dump());
  std::vector<Work> out;
  std::set<std::string> seen;
  for (const std::string& model : models.empty() ? std::vector<std::string>{""} : models)
    for (const Cell& cell : cells) {
      Json axes = Json::object();
      if (!model.empty()) axes["model.preset"] = model;
      axes.update(cell.axes);
      try {
        out.push_back(work_of(experiment_of(options, model, cell, out.empty()), axes, machine));
      } catch (const Error& e) {
        if (cells.size() * std::max<std::size_t>(models.size(), 1) == 1) throw;
        Work work;
        work.row.axes = axes;
        work.row.model = model;
        work.row.cell = hash_of(axes.dump() + machine);
        work.row.status = "failed";
        work.row.error = e.what();
        out.push_back(std::move(work));
      }
      if (!seen.insert(out.back().row.cell).second) out.pop_back();  // two ways to write the same cell
    }
  return out;
}

std::string label(const Row& row) {
  std::string text;
  for (const auto& [key, value] : row.axes.items())
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key.substr(key.rfind('.') + 1), value.get<std::string>());
  return Console::safe(text.empty() ? row.model : text);
}

void take_up(std::vector<Work>& cells, const BenchFile& file) {
  for (Work& work : cells) {
    for (const Row& row : file.finished())
      if (row.cell == work.row.cell) {
        work.row = row;
        work.finished = true;
      }
    for (const Json& sample : file.samples())
      if (!work.finished && sample.value("cell", "") == work.row.cell && sample.contains("sample")) {
        work.repetitions.push_back(sample["sample"]);
        work.seconds += sample.value("seconds", 0.0);
      }
  }
}

// Empty: go on.
std::string enough(const Work& work, const Options& options) {
  if (!work.repetitions.empty() && work.repetitions.back().contains("error")) return "error";
  if (static_cast<int>(work.repetitions.size()) >= options.repetitions) return "repetitions";
  if (options.time_limit_seconds > 0 && work.seconds >= options.time_limit_seconds) return "time";
  std::vector<double> speeds;
  for (const Json& r : work.repetitions) speeds.push_back(r["ips"]);
  return relative_half_width(speeds) <= options.interval_pct / 100 ? "interval" : "";
}

bool out_of_memory(const Work& work) { return !work.repetitions.empty() && work.repetitions.back().value("memory", false); }

// The same but for a larger batch would have no memory either.
bool larger_of(const Work& failed, const Work& other) {
  const auto without_batch = [](Json config) {
    config["loader"].erase("batch_size");
    return config;
  };
  return !other.finished && other.row.batch_size > failed.row.batch_size &&
         without_batch(other.row.config) == without_batch(failed.row.config);
}

void finish(Work& work, const std::string& stopped_by, BenchFile& file) {
  fold(work.row, work.repetitions);
  work.row.stopped_by = stopped_by;
  work.finished = true;
  file.add_row(work.row);
  const Row& r = work.row;
  Console::get().say(r.status == "ok"
                         ? fmt::format("{}: {:.1f} images/s (n = {}, {})", label(r), *r.median_ips, r.repetitions, stopped_by)
                         : Console::safe(fmt::format("{}: {}: {}", label(r), r.status, r.error)));
}

void prune_larger(const Work& failed, std::vector<Work>& cells, BenchFile& file) {
  for (Work& other : cells) {
    if (!larger_of(failed, other)) continue;
    other.row.status = "pruned";
    other.row.error = fmt::format("batch {} had no memory", failed.row.batch_size);
    other.finished = true;
    file.add_row(other.row);
  }
}

// Round after round, the open cells of each in a new order: what the machine does meanwhile falls on all of them.
void measure(std::vector<Work>& cells, const Options& options, BenchFile& file) {
  const RepetitionOptions how{.timeout_seconds = options.timeout_seconds, .alone = !options.only_live};
  std::size_t done = 0;
  const double start = seconds_now();
  for (std::uint64_t round = 0;; ++round) {
    std::vector<Work*> open;
    for (Work& work : cells)
      if (!work.finished) open.push_back(&work);
    if (open.empty()) return;
    RandomStream random{options.order_seed, round};
    for (std::size_t i = open.size(); i > 1; --i) std::swap(open[i - 1], open[random.below(i)]);
    for (Work* work : open) {
      if (work->finished) continue;
      std::string stopped_by = work->row.status == "failed" ? "error" : enough(*work, options);
      if (stopped_by.empty()) {
        std::size_t left = 0;
        for (const Work& w : cells)
          if (!w.finished)
            left += static_cast<std::size_t>(options.repetitions) -
                    std::min(w.repetitions.size(), static_cast<std::size_t>(options.repetitions));
        const double each = done > 0 ? (seconds_now() - start) / static_cast<double>(done) : 0;
        Console::get().redraw(fmt::format("{} - repetition {} of {} - at most {} to go{}", label(work->row),
                                          work->repetitions.size() + 1, options.repetitions, left,
                                          done > 0 ? fmt::format(", ETA {:.0f} s", each * static_cast<double>(left)) : ""));
        const double before = seconds_now();
        work->repetitions.push_back(repeat_cell(work->experiment, how));
        const double seconds = seconds_now() - before;
        work->seconds += seconds;
        ++done;
        file.add_sample({{"cell", work->row.cell}, {"seconds", seconds}, {"sample", work->repetitions.back()}});
        stopped_by = enough(*work, options);
      }
      if (stopped_by.empty()) continue;
      if (work->row.status == "failed") {  // the config itself
        work->finished = true;
        file.add_row(work->row);
        Console::get().say(Console::safe(fmt::format("{}: failed: {}", label(work->row), work->row.error)));
        continue;
      }
      finish(*work, stopped_by, file);
      if (out_of_memory(*work)) prune_larger(*work, cells, file);
    }
  }
}

void list_cells(const std::vector<Work>& cells, const Options& options) {
  std::string text;
  for (const Work& work : cells)
    text += fmt::format("{} {}{}\n", work.row.cell, label(work.row), work.row.status == "failed" ? ": " + work.row.error : "");
  text += fmt::format("{} cells, {} repetitions each at most, {} processes a repetition", cells.size(), options.repetitions,
                      options.only_live ? 1 : 3);
  Console::get().result(text);
}

void bench_command(const Options& options) {
  const auto format = row_format(options.format);
  if (!format) throw Error(ExitCode::usage, fmt::format("-o {}: no such format", options.format), "md, csv, json, jsonl or sql");
  const fs::path file_name = options.file;
  const std::string extension = file_name.extension().string();
  const auto file_format = row_format(extension.empty() ? "" : extension.substr(1));
  if (!options.file.empty() && !file_format)
    throw Error(ExitCode::usage, fmt::format("--export {}: no such format", options.file),
                "end it in .md, .csv, .json, .jsonl or .sql");
  const bool journal = file_format == RowFormat::jsonl;
  if (options.resume && !journal)
    throw Error(ExitCode::usage, "--resume needs --export FILE.jsonl", "rows are kept there as they finish");
  std::vector<Work> cells = plan(options);
  if (options.dry_run) return list_cells(cells, options);
  catch_stop_signals();
  std::optional<BenchFile> kept;
  if (journal)
    kept.emplace(file_name, options.resume);
  else
    kept.emplace();
  take_up(cells, *kept);
  try {
    measure(cells, options, *kept);
  } catch (const Error& e) {
    if (stop_signal() != 0) {
      Console::get().close_line();
      Console::get().say(journal ? "stopped; the same command with --resume goes on" : "stopped");
      return set_exit_status(static_cast<ExitCode>(128 + stop_signal()));
    }
    throw;
  }
  Console::get().close_line();
  std::vector<Row> rows;
  bool failed = false;
  for (const Work& work : cells) {
    rows.push_back(work.row);
    failed |= work.row.status != "ok";
  }
  kept->close();
  if (!options.file.empty() && !journal) write_atomic(file_name, rows_text(rows, *file_format));
  std::string text = rows_text(rows, *format);
  while (text.ends_with('\n')) text.pop_back();
  Console::get().result(text);
  if (failed) set_exit_status(ExitCode::some_cells_failed);
}

}  // namespace

void add_bench(CLI::App& app) {
  const auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "throughput over a grid: each repetition a fresh process, cells interleaved");
  command->add_option("-m,--models", o->models, "networks: shipped configs, or with --config presets; with commas");
  command->add_option("-c,--config", o->config, "the base: a config file, or the name of a shipped one");
  command->add_option("--set", o->sets, "override a key in all cells")->type_name("KEY=VALUE")->allow_extra_args(false);
  const auto axis = [&](const char* option, const char* key, const char* words) {
    command->add_option(option, o->key_axes[key], fmt::format("{} (axis {})", words, key));
  };
  axis("-d,--devices", "train.device", "devices: cpu,cuda:0");
  axis("-b,--batch-sizes", "loader.batch_size", "batch sizes: 32,64 or 32-512*2");
  axis("-w,--workers", "loader.workers", "loader workers: 1,2 or 1-8*2");
  axis("--caches", "loader.cache", "none,encoded,decoded,device");
  axis("--precisions", "train.precision", "float32,bfloat16");
  axis("--extra-convs", "model.extra_convs", "of catdog_deep: 0-30+10");
  axis("--threads", "train.threads", "compute threads");
  command->add_option("--axis", o->axes, "any config key: --axis train.learning_rate=0.001,0.01")
      ->type_name("KEY=VALUES")
      ->allow_extra_args(false);
  command->add_option("-r,--repetitions", o->repetitions, "at most, each a process of its own")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  command->add_option("--interval", o->interval_pct, "a cell ends where its 95 % interval is within this many per cent")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--time-limit", o->time_limit_seconds, "seconds per cell, after which it ends; 0: none")
      ->check(CLI::Range(0.0, 1e9));
  command->add_option("--timeout", o->timeout_seconds, "seconds per process, after which it failed")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1e9));
  command->add_option("--order-seed", o->order_seed, "of the cells' order")->capture_default_str();
  command->add_flag("--only-live", o->only_live, "do not measure the pipeline alone and the network alone");
  command->add_option("-o,--output", o->format, "on stdout: md, csv, json, jsonl, sql")->capture_default_str();
  command->add_option("--export", o->file, "also to this file, its ending says the format; .jsonl: a row as each cell finishes");
  command->add_flag("--resume", o->resume, "go on with --export's file; finished cells stay as they are");
  command->add_flag("--dry-run", o->dry_run, "list the cells");
  command->callback([o] { bench_command(*o); });
}

}  // namespace cnnbench
