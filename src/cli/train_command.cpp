#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/devices.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/progress.hpp"
#include "cnnbench/cli/resume.hpp"
#include "cnnbench/cli/run_report.hpp"
#include "cnnbench/cli/train_run.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/launch.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/stopped.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  ExperimentOptions experiment;
  std::string device, run_folder, resume, trace, device_warning;
  std::optional<double> target_accuracy;
  std::uint64_t keep_first_losses = 0;
  bool allow_inexact = false, until_steady = false, dashboard = false;
  OutputOptions output;
};

std::string in_file_name(std::string device) {
  std::replace(device.begin(), device.end(), ':', '-');
  return device;
}

// Each run of several has a folder of its own below the one the user named.
struct RunFolder {
  fs::path path;
  FolderClaim claim;
};

RunFolder open_run_folder(const TrainOptions& options, const Experiment& e, const std::string& device, bool several) {
  if (options.run_folder.empty()) {
    const fs::path made = make_run_folder("runs", several ? fmt::format("{}-{}", e.name, device) : e.name);
    return {made, FolderClaim(made)};
  }
  const fs::path folder = several ? fs::path(options.run_folder) / in_file_name(device) : fs::path(options.run_folder);
  return {folder, use_run_folder(folder)};
}

// Of several runs each has its device's name before the suffix.
fs::path trace_file(const TrainOptions& options, const std::string& device, bool several) {
  fs::path file = options.trace;
  if (file.empty() || !several) return file;
  return file.parent_path() / fmt::format("{}-{}{}", file.stem().string(), in_file_name(device), file.extension().string());
}

// What a new run and one that goes on have in common.
TrainRun run_as_asked(const TrainOptions& options, const Experiment& experiment, const Splits& splits, const std::string& device,
                      const fs::path& folder) {
  return {.experiment = experiment,
          .splits = splits,
          .device = device,
          .folder = folder,
          .trace = options.trace,
          .keep_first_losses = options.keep_first_losses,
          .until_steady = options.until_steady,
          .device_warning = options.device_warning,
          .report = !options.output.as_json(),
          .dashboard = options.dashboard};
}

RunResult run_one(const TrainOptions& options, const Experiment& experiment, const Splits& splits, const std::string& device,
                  bool several) {
  if (!this_launch().is_first()) return train_beside_the_first(run_as_asked(options, experiment, splits, device, ""));
  const RunFolder claimed = open_run_folder(options, experiment, device, several);
  TrainRun run = run_as_asked(options, experiment, splits, device, claimed.path);
  run.trace = trace_file(options, device, several);
  return train_in_its_folder(run);
}

// Before the first epoch, not after it.
void require_readable_pictures(const Splits& splits) {
  const std::vector<std::string> bad = look_at_pictures(splits, show_progress("looking at the pictures"));
  if (bad.empty()) return;
  throw Error(ExitCode::failed,
              bad.size() == 1 ? bad.front() : fmt::format("{} (and {} more that cannot be read)", bad.front(), bad.size() - 1),
              "remove or replace them ('cnnbench data check' lists all), or set data.on_bad_image=skip");
}

// A batch that holds more than there is never runs at that size.
void check_batch(const Experiment& e, std::size_t pictures, bool measures) {
  const auto batch = static_cast<std::size_t>(e.loader.batch_size);
  if (batch <= pictures) return;
  const std::string problem = fmt::format("loader.batch_size {} is larger than the training set of {} pictures", batch, pictures);
  if (measures)
    throw Error(ExitCode::usage, problem + ": a batch of that size never runs", "use smaller batches, or more pictures");
  Console::get().say(fmt::format("note: {}: every batch holds {}", problem, pictures));
}

// A few more threads than cores only wait for each other; thousands take the machine's memory, and minutes to start.
void check_threads(const Experiment& e) {
  constexpr int most_a_core = 16;
  const int cores = process_cpus().count();
  if (e.train.threads <= most_a_core * cores) return;
  throw Error(ExitCode::usage, fmt::format("train.threads {} for {}", e.train.threads, count_text(cores, "usable core")),
              fmt::format("at most {} a core; 0 takes one for each", most_a_core));
}

// A note where there is nothing to draw on; quiet needs none.
bool dashboard_is_possible() {
  Console& console = Console::get();
  if (console.live()) return true;
  console.say("no dashboard: stderr is no terminal that can be drawn on; a line per epoch instead");
  return false;
}

// Notes why `auto` is the CPU where a GPU is there.
std::vector<std::string> devices_for(const std::string& asked, TrainOptions& options) {
  const std::string why_no_gpu = asked == "cpu" ? "" : why_no_gpu_here();
  const nlohmann::ordered_json info = nn_api().torch_info();
  const Launch& launch = this_launch();
  const std::vector<std::string> devices = resolve_devices(
      launch.launcher.empty() ? asked : device_of_rank(asked, info, launch.local_rank, launch.local_size), info, why_no_gpu);
  if (asked == "auto" && !why_no_gpu.empty()) {
    options.device_warning = why_no_gpu + ": trained on the CPU";
    Console::get().warn(options.device_warning);
  }
  return devices;
}

// What stdout has, as one text.
std::string reports_of(const std::vector<RunResult>& results) {
  std::string text;
  for (const RunResult& result : results) text += (text.empty() ? "" : "\n") + run_report(result);
  if (results.size() > 1) text += "\n" + device_table(results);
  return text;
}

// A rank ends as all of them do, also where the signal came to another one.
void set_exit_status_by(const std::vector<RunResult>& results) {
  int signal = stop_signal();
  for (const RunResult& r : results)
    if (signal == 0) signal = signal_in(r.stopped).value_or(0);
  if (signal != 0) set_exit_status(static_cast<ExitCode>(128 + signal));
}

void give(const TrainOptions& options, const std::vector<RunResult>& results) {
  if (!this_launch().is_first()) return set_exit_status_by(results);
  if (options.output.as_json())
    Console::get().document(json_text(runs_json(results)));
  else if (results.size() > 1)
    Console::get().result(device_table(results));
  options.output.write([&] { return reports_of(results); }, [&] { return runs_json(results); });
  set_exit_status_by(results);
}

// That it ran on, unless another one is named.
std::string device_to_go_on_with(const ResumedRun& run, TrainOptions& options) {
  const std::string asked = !options.device.empty() ? options.device
                            : run.state             ? run.state->run.result.device
                                                    : run.experiment.train.device;
  const std::vector<std::string> devices = devices_for(asked, options);
  if (devices.size() == 1) return devices.front();
  throw Error(ExitCode::usage, fmt::format("{}: it is not known which of its devices it ran on", run.folder.string()),
              "name it with --device");
}

// A run that was ended before its first state takes them from here; any other has them.
void check_same(const TrainOptions& options, const RunState& state) {
  if ((options.keep_first_losses == 0 || options.keep_first_losses == state.keep_first_losses) &&
      (!options.until_steady || state.until_steady))
    return;
  throw Error(ExitCode::usage, "--keep-first-losses and --until-steady are as the run began with", "leave them out");
}

void go_on(TrainOptions options) {
  Console& console = Console::get();
  ResumedRun run = open_resumed(options.resume, options.experiment.sets, this_launch().is_first());
  if (run.finished) {
    console.say(fmt::format("the run in {} is at its end ({}): nothing is left to do", run.folder.string(), run.finished->stopped));
    if (!options.output.as_json()) console.result(run_report(*run.finished));
    return give(options, {*run.finished});
  }
  if (options.target_accuracy) run.experiment.train.target_accuracy = *options.target_accuracy;
  if (run.state) check_same(options, run.state->run);
  const std::string device = device_to_go_on_with(run, options);
  const Splits splits = open_and_report_splits(run.experiment.data);
  if (!run.state && this_launch().is_first()) require_readable_pictures(splits);
  catch_stop_signals();
  const RunState at_start;
  const RunState& state = run.state ? run.state->run : at_start;
  console.say(fmt::format("going on with {} in epoch {}, after {} of its steps", run.folder.string(), state.epoch, state.step));
  TrainRun asked = run_as_asked(options, run.experiment, splits, device, run.folder);
  asked.goes_on = true;
  asked.state = run.state;
  asked.allow_inexact = options.allow_inexact;
  give(options, {this_launch().is_first() ? train_in_its_folder(asked) : train_beside_the_first(asked)});
}

void train_command(TrainOptions options) {
  options.output.check();
  options.dashboard = options.dashboard && dashboard_is_possible();
  if (!options.resume.empty()) return go_on(options);
  if (options.experiment.config.empty())
    throw Error(ExitCode::usage, "train needs a config", "give --config FILE, or --resume RUN");
  Experiment experiment = options.experiment.load();
  if (!options.device.empty()) experiment.train.device = options.device;
  if (options.target_accuracy) experiment.train.target_accuracy = *options.target_accuracy;
  check_threads(experiment);
  const std::vector<std::string> devices = devices_for(experiment.train.device, options);
  if (this_launch().size > 1 && devices.size() > 1)
    throw Error(ExitCode::usage, "ranks train one network together, and several devices are several networks", "name one device");
  for (const std::string& device : devices)
    if (!options.trace.empty()) require_place_for(trace_file(options, device, devices.size() > 1));
  const Splits splits = open_and_report_splits(experiment.data);
  check_batch(experiment, splits.train.count(), options.until_steady);
  if (!options.until_steady && this_launch().is_first())
    require_readable_pictures(splits);  // bench's and tune's processes measure; there it costs a second each
  catch_stop_signals();
  std::vector<RunResult> results;
  for (const std::string& device : devices) {
    results.push_back(run_one(options, experiment, splits, device, devices.size() > 1));
    if (stop_signal() != 0) break;
  }
  give(options, results);
}

}  // namespace

void add_train(CLI::App& app) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("train", "trains a network; images/s, validation accuracy, and what holds it back");
  options->experiment.add_to(*command, /*required=*/false);
  command->add_option("-d,--device", options->device, "auto, cpu, cuda, cuda:N; several with commas: one run each and a comparison")
      ->type_name("DEVICES");
  CLI::Option* run = command->add_option("--run", options->run_folder, "folder for the results (default: runs/NAME-TIME)");
  run->type_name("FOLDER");
  command->add_option("--target-accuracy", options->target_accuracy, "stop at this validation accuracy and report the time to it")
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--keep-first-losses", options->keep_first_losses, "keep the training loss of the first N steps in the result")
      ->check(CLI::Range(0, 1000000));
  command->add_flag("--until-steady", options->until_steady,
                    "as bench's processes: end after the epoch in which the speed has settled, and count from where it did");
  command
      ->add_option("--trace", options->trace,
                   "write some steps' operations, kernels and loader stages to this file in Chrome's trace format")
      ->type_name("FILE");
  command->add_flag(
      "--dashboard", options->dashboard,
      "the run on the whole terminal: speed, where the time goes, machine, epochs; plain lines where there is none, or with -q");
  command
      ->add_option(
          "--resume", options->resume,
          "go on with the run in this folder where it was ended or killed: from its newest state, or from the state that is named")
      ->type_name("FOLDER")
      ->excludes(run, command->get_option("--config"));
  command
      ->add_flag("--allow-inexact", options->allow_inexact,
                 "go on also where it would not compute the same, bit for bit; the result then says why")
      ->needs("--resume");
  options->output.add_to(*command);
  command->callback([options] { train_command(*options); });
}

}  // namespace cnnbench
