#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cnnbench/cli/bench_measure.hpp"
#include "cnnbench/cli/bench_output.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/core/words_of.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/bench_file.hpp"
#include "cnnbench/results/noise_floor.hpp"

namespace cnnbench {
namespace {

void list_cells(const std::vector<Work>& cells, const BenchOptions& options) {
  if (cells.empty()) return;  // of a shard, which has said so
  std::string text;
  for (const Work& work : cells)
    text += fmt::format("{} {}{}\n", work.row.cell, axes_label(work.row), work.row.status == "failed" ? ": " + work.row.error : "");
  text +=
      fmt::format("{} cells, {} repetitions each at most, {} processes a repetition: about {}", cells.size(), options.repetitions,
                  (options.only_live ? 1 : 3) + (options.library ? 1 : 0), about_text(estimate_seconds(cells, options)));
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
