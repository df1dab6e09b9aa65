#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/bench_output.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/launch_words.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/core/words_of.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/bench_file.hpp"
#include "cnnbench/results/noise_floor.hpp"
#include "cnnbench/results/repetition.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

void take_up(std::vector<Work>& cells, const BenchFile& file) {
  for (Work& work : cells) {
    for (const Row& row : file.finished())
      if (is_finished_in(work, row)) {
        work.row = row;
        work.finished = true;
      }
    for (const Json& sample : file.samples()) {
      const auto cell = sample.find("cell"), found = sample.find("sample"), seconds = sample.find("seconds");
      if (work.finished || cell == sample.end() || *cell != work.row.cell || found == sample.end() || !is_repetition(*found))
        continue;
      work.repetitions.push_back(*found);
      if (seconds != sample.end() && seconds->is_number()) work.seconds += seconds->get<double>();
    }
  }
}

// Empty: go on.
std::string enough(const Work& work, const BenchOptions& options) {
  if (!work.repetitions.empty() && work.repetitions.back().contains("error")) return "error";
  if (static_cast<int>(work.repetitions.size()) >= options.repetitions) return "repetitions";
  if (options.time_limit_seconds > 0 && work.seconds >= options.time_limit_seconds) return "time";
  if (options.aa) return "";  // a noise floor wants all of them
  std::vector<double> speeds;
  for (const Json& r : work.repetitions) speeds.push_back(r["ips"]);
  return narrow_enough(speeds, options.interval_pct / 100) ? "interval" : "";
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

RepetitionOptions how_to_repeat(const Work& work, const BenchOptions& options) {
  return {.timeout_seconds = options.timeout_seconds,
          .alone = !options.only_live,
          .library = options.library,
          .ranks = work.row.ranks,
          .launcher = work.row.ranks > 1 ? launch_words(options.launcher, work.row.ranks) : std::vector<std::string>{}};
}

// Before and after in turn, so that what the machine does meanwhile falls on both.
void check_remedy(Work& work, const BenchOptions& options) {
  Row& row = work.row;
  RepetitionOptions how = how_to_repeat(work, options);
  how.alone = how.library = false;
  const Experiment before = pinned(work.experiment, work.repetitions), after = changed(before, row.remedy);
  for (int i = 0; i < options.repetitions; ++i) {
    Console::get().redraw(fmt::format("{} - with {}: {} of {}", axes_label(row), row.remedy, i + 1, options.repetitions));
    // Whoever comes first has the cooler machine: in turn.
    Json before_sample, after_sample;
    if (i % 2 == 0) before_sample = repeat_cell(before, how);
    after_sample = repeat_cell(after, how);
    if (i % 2 == 1) before_sample = repeat_cell(before, how);
    for (const Json* sample : {&before_sample, &after_sample})
      if (sample->contains("error")) {
        row.taints.push_back(taint<Taint::remedy_not_measured>((*sample)["error"].get<std::string>()));
        return;
      }
    row.samples_before_remedy_ips.push_back(before_sample["ips"]);
    row.samples_remedy_ips.push_back(after_sample["ips"]);
  }
  summarize(row);
}

// How its figure came about.
std::string ended(const Row& row) {
  const std::string of = row.repetitions == 1 ? "one run" : fmt::format("median of {} runs", row.repetitions);
  if (row.stopped_by == "interval") return fmt::format(" ({}: the interval is narrow enough)", of);
  if (row.stopped_by == "time") return fmt::format(" ({}: --time-limit)", of);
  return fmt::format(" ({})", of);
}

void finish(Work& work, const std::string& stopped_by, const BenchOptions& options, BenchFile& file) {
  work.row.stopped_by = stopped_by;
  fold(work.row, work.repetitions);
  if (work.row.status == "ok") {
    if (const auto floor = known_noise_floor(work.row)) {
      work.row.noise_floor_pct = floor->pct;
      work.row.noise_floor_sessions = floor->sessions;
    }
    if (options.check_verdict && !work.row.remedy.empty()) check_remedy(work, options);
  }
  work.finished = true;
  file.add_row(work.row);
  const Row& r = work.row;
  Console::get().say(r.status == "ok" ? fmt::format("{}: {} images/s{}", axes_label(r), speed_text(r.median_ips), ended(r))
                                      : Console::safe(fmt::format("{}: {}: {}", axes_label(r), r.status, r.error)));
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

std::string duration(double seconds) {
  return seconds < 120 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

// Round after round, the open cells of each in a new order: what the machine does meanwhile falls on all of them.
void measure(std::vector<Work>& cells, const BenchOptions& options, BenchFile& file) {
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
        // What matters first: a terminal cuts the line.
        Console::get().redraw(fmt::format("{}{} to go: {}, repetition {} of {}",
                                          done > 0 ? fmt::format("ETA {}, ", duration(each * static_cast<double>(left))) : "", left,
                                          axes_label(work->row), work->repetitions.size() + 1, options.repetitions));
        const double before = seconds_now();
        work->repetitions.push_back(repeat_cell(pinned(work->experiment, work->repetitions), how_to_repeat(*work, options)));
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
        Console::get().say(Console::safe(fmt::format("{}: failed: {}", axes_label(work->row), work->row.error)));
        continue;
      }
      finish(*work, stopped_by, options, file);
      if (out_of_memory(*work)) prune_larger(*work, cells, file);
    }
  }
}

void list_cells(const std::vector<Work>& cells, const BenchOptions& options) {
  if (cells.empty()) return;  // of a shard, which has said so
  std::string text;
  for (const Work& work : cells)
    text += fmt::format("{} {}{}\n", work.row.cell, axes_label(work.row), work.row.status == "failed" ? ": " + work.row.error : "");
  text +=
      fmt::format("{} cells, {} repetitions each at most, {} processes a repetition: about {}", cells.size(), options.repetitions,
                  (options.only_live ? 1 : 3) + (options.library ? 1 : 0), duration(estimate_seconds(cells, options)));
  Console::get().result(text);
}

// The measured rows are the result: where the sessions cannot be kept, that is a warning.
void keep_session(const std::vector<Row>& rows) {
  Console& console = Console::get();
  try {
    keep_noise_sessions(rows);
  } catch (const std::exception& e) {
    return console.warn(fmt::format("this session is not kept: {}", words_of(e)));
  }
  if (noise_sessions_file().empty()) return console.warn("this session is not kept: there is no home; set XDG_CACHE_HOME");
  console.say("session kept in " + Console::safe(noise_sessions_file().string()));
  for (const Row& row : rows)
    if (const auto floor = known_noise_floor(row); floor && row.status == "ok") {
      console.say(fmt::format(
          "noise floor of this machine: {:.1f} %, from {} sessions; rows measured from now on carry it, and compare calls nothing "
          "faster or slower that lies within it",
          floor->pct, floor->sessions));
      return;
    }
  console.say(
      "a noise floor takes three sessions of the same cells, ten minutes apart or more: the same command again, at other times of "
      "the day");
}

void bench_command(const BenchOptions& options) {
  const BenchOutput output = check_output(options);
  const bool journal = !output.file.empty() && output.in_file == RowFormat::jsonl;
  if (options.resume && !journal)
    throw Error(ExitCode::usage, "--resume needs --export FILE.jsonl", "rows are kept there as they finish");
  if (options.aa && options.repetitions < static_cast<int>(least_repetitions))
    throw Error(ExitCode::usage, fmt::format("--aa with -r {} proves nothing", options.repetitions),
                fmt::format("give -r {} or more", least_repetitions));
  if (options.check_verdict && options.only_live)
    throw Error(ExitCode::usage, "--check-verdict needs the pipeline alone and the network alone", "leave --only-live out");
  std::vector<Work> cells = cells_of_shard(plan_bench(options), options);
  for (const Work& work : cells) how_to_repeat(work, options);  // a launcher that is not there is told before anything is measured
  if (options.dry_run) return list_cells(cells, options);
  catch_stop_signals();
  std::optional<BenchFile> kept;
  if (journal)
    kept.emplace(output.file, options.resume);
  else
    kept.emplace();
  take_up(cells, *kept);
  std::exception_ptr lost;  // the file that rows are kept in could not take one more: what was measured is told all the same
  try {
    measure(cells, options, *kept);
  } catch (const Error&) {
    if (stop_signal() != 0) {
      Console::get().close_line();
      Console::get().say(journal ? "stopped; the same command with --resume goes on" : "stopped");
      return set_exit_status(static_cast<ExitCode>(128 + stop_signal()));
    }
    lost = std::current_exception();
  }
  Console::get().close_line();
  std::vector<Row> rows;
  bool failed = false;
  for (const Work& work : cells) {
    if (!work.finished) continue;
    rows.push_back(work.row);
    failed |= work.row.status != "ok";
  }
  if (lost && rows.empty()) std::rethrow_exception(lost);
  if (!lost) kept->close();
  put_rows(rows, output);
  if (lost) std::rethrow_exception(lost);
  if (options.aa && !rows.empty()) keep_session(rows);
  if (!journal) write_rows(rows, output);
  if (failed) set_exit_status(ExitCode::some_cells_failed);
}

}  // namespace

void add_bench(CLI::App& app) {
  const auto o = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "throughput over a grid: each repetition a fresh process, cells interleaved");
  command->add_option("-m,--models", o->models, "networks: shipped configs, or with --config presets; with commas")
      ->type_name("CONFIGS");
  command->add_option("-c,--config", o->config, "the base: a config file, or the name of a shipped one")->type_name("CONFIG");
  command->add_option("--set", o->sets, "override a key in all cells")->type_name("KEY=VALUE")->allow_extra_args(false);
  const auto axis = [&](const char* option, const char* key, const char* words) {
    return command->add_option(option, o->key_axes[key], fmt::format("{} (axis {})", words, key))->type_name("VALUES");
  };
  axis("-d,--device", "train.device", "devices: cpu,cuda:0")->type_name("DEVICES");
  axis("-b,--batch-sizes", "loader.batch_size", "batch sizes: 32,64 or 32-512*2");
  axis("-w,--workers", "loader.workers", "loader workers: 1,2 or 1-8*2");
  axis("--caches", "loader.cache", "caches of the loader: none,encoded,decoded,device");
  axis("--precisions", "train.precision", "precisions: float32,bfloat16");
  axis("--extra-convs", "model.extra_convs", "further convolutions of catdog_deep: 0-30+10");
  axis("--threads", "train.threads", "compute threads");
  command
      ->add_option(
          "--ranks", o->ranks,
          "processes that train together: 1,2,4 or 1-8*2. Beside the speed: its efficiency, measured and predicted, and what "
          "the exchange of gradients takes")
      ->type_name("VALUES");
  command
      ->add_option("--batch-per-rank", o->batch_per_rank,
                   "pictures a step of each rank, so that a step grows with the ranks; else a step is the same, loader.batch_size")
      ->check(CLI::Range(1, 1 << 20))
      ->needs("--ranks");
  command
      ->add_option("--launcher", o->launcher,
                   "what starts ranks; {} is how many: 'srun -n {}', 'torchrun --nproc-per-node {} --no-python --'")
      ->type_name("COMMAND")
      ->default_str("mpirun")
      ->needs("--ranks");
  command->add_option("--axis", o->axes, "any config key: --axis train.learning_rate=0.001,0.01")
      ->type_name("KEY=VALUES")
      ->allow_extra_args(false);
  command->add_option("-r,--repetitions", o->repetitions, "at most, each a process of its own")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  command
      ->add_option("--interval", o->interval_pct,
                   "a cell ends, from its 6th repetition on, where its 95 % interval is within this many per cent; 0: never")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--time-limit", o->time_limit_seconds, "seconds per cell, after which it ends; 0: none")
      ->check(CLI::Range(0.0, 1e9));
  command->add_option("--timeout", o->timeout_seconds, "seconds per process, after which it failed")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1e9));
  command->add_option("--order-seed", o->order_seed, "seed of the cells' order")->capture_default_str();
  command->add_flag("--only-live", o->only_live, "do not measure the pipeline alone and the network alone");
  command->add_flag("--library", o->library,
                    "also measure with libtorch's operations in place of this program's own (train.convolution=library)");
  command->add_option("-o,--output", o->format, "what stdout gets: text (a table for people), md, csv, json, jsonl, sql")
      ->check(CLI::IsMember({"text", "md", "csv", "json", "jsonl", "sql"}))
      ->capture_default_str();
  command->add_flag("--json", o->json, "short for -o json");
  command->add_option("--export", o->file, "also to this file: .md, .csv, .json, .sql, or .jsonl (a row as each cell finishes)")
      ->type_name("FILE");
  // As it was called in 0.1.
  command
      ->add_option_function<std::string>("--devices",
                                         [o](const std::string& devices) {
                                           o->key_axes["train.device"] = devices;
                                           Console::get().say("hint: --devices is called --device now");
                                         })
      ->group("");
  command->add_flag("--aa", o->aa,
                    "a session of this machine's own noise floor (three are needed, at different times); every repetition is "
                    "taken; needs -r 6 or more");
  command->add_flag("--check-verdict", o->check_verdict, "also measure with the remedy that is predicted to help most");
  command
      ->add_option("--shard", o->shard,
                   "measure one share of the cells, 1/3 to 3/3, as others measure theirs elsewhere; slurm: this job array task's")
      ->type_name("I/N");
  command->add_option("--merge", o->merge, "measure nothing: the rows of these files together, in the grid's order")
      ->type_name("FILE");
  command->add_flag("--newest", o->newest, "of a cell that was measured more than once take the newest")->needs("--merge");
  command->add_flag("--resume", o->resume, "go on with --export's file; finished cells stay as they are");
  command->add_flag("--dry-run", o->dry_run, "list the cells and estimate the time, for which each network trains for a moment");
  command->callback([o, command] { o->merge.empty() ? bench_command(*o) : merge_bench(*o, *command); });
}

}  // namespace cnnbench
