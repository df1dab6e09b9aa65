#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <filesystem>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/dashboard_view.hpp"
#include "cnnbench/cli/devices.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/progress.hpp"
#include "cnnbench/cli/run_report.hpp"
#include "cnnbench/cli/tensorboard_log.hpp"
#include "cnnbench/cli/train_view.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/draw/augment_sheet.hpp"
#include "cnnbench/pipeline/preview.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  ExperimentOptions experiment;
  std::string device, run_folder, trace, device_warning;
  std::optional<double> target_accuracy;
  std::uint64_t keep_first_losses = 0;
  bool until_steady = false, dashboard = false;
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

std::shared_ptr<spdlog::logger> open_log(const fs::path& folder) {
  auto logger =
      std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_mt>((folder / "log.txt").string()));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S%z %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

// What the network is about to see. A run does not end for want of it: a picture that cannot be read is for the loader to report.
void write_preview(const fs::path& folder, const Experiment& experiment, const Dataset& pictures, TensorboardLog& board,
                   spdlog::logger& log) {
  try {
    Preview preview = plan_preview(experiment, pictures, {.count = 4, .versions = 4, .seed = experiment.train.seed});
    fill(preview, pictures);
    const Canvas sheet = augment_sheet(preview);
    const std::vector<std::uint8_t> png = encode_png(sheet);
    write_atomic(folder / "preview.png", png);
    board.preview({reinterpret_cast<const char*>(png.data()), png.size()}, sheet.size);
  } catch (const std::exception& e) {
    log.warn("no preview.png: {}", e.what());
  }
}

// What was trained before an error is kept; the error is told all the same.
void require_no_error(const RunResult& result, spdlog::logger& log) {
  constexpr std::string_view error = "error: ", remedy = " -- ";
  if (!result.stopped.starts_with(error)) return;
  log.error(result.stopped);
  const std::string text = result.stopped.substr(error.size());
  const std::size_t cut = text.rfind(remedy);
  throw Error(ExitCode::failed, text.substr(0, cut), cut == std::string::npos ? "" : text.substr(cut + remedy.size()));
}

RunResult run_one(const TrainOptions& options, const Experiment& experiment, const Splits& splits, const std::string& device,
                  bool several) {
  Console& console = Console::get();
  const RunFolder claimed = open_run_folder(options, experiment, device, several);
  const fs::path& folder = claimed.path;
  write_atomic(folder / "config.json", json_text(to_json(experiment)) + "\n");
  const auto log = open_log(folder);
  log->info(version_text());
  std::optional<DashboardView> dashboard;
  TrainView view(
      console, [log](const std::string& line) { log->info("{}", Console::safe(line)); },
      options.dashboard ? LiveLine::left_out : LiveLine::drawn);
  LineFile csv(folder / "epochs.csv");
  csv.line(epochs_csv_header());
  TensorboardLog board(folder);
  const Hooks hooks{.sink =
                        [&](const Event& event) {
                          if (options.dashboard) {
                            if (!dashboard) dashboard.emplace(experiment);
                            (*dashboard)(event);
                          }
                          view(event);
                          board(event);
                          if (const auto* done = std::get_if<EpochDone>(&event)) csv.line(epochs_csv_row(done->row));
                        },
                    .stop = stop_signal,
                    .run_folder = folder,
                    .prepare = [&] { write_preview(folder, experiment, splits.train, board, *log); },
                    .trace = trace_file(options, device, several),
                    .keep_first_losses = options.keep_first_losses,
                    .device_warning = device == "cpu" ? options.device_warning : "",
                    .until_steady = options.until_steady};
  RunResult result;
  try {
    result = nn_api().train(experiment, splits, device, hooks);
  } catch (const Error& e) {
    log->error("error: {}", e.what());
    throw;
  }
  dashboard.reset();
  write_atomic(folder / "result.json", result_text(result));
  const std::string report = run_report(result);
  log->info("{}", Console::safe(report));
  if (!options.output.as_json()) console.result(report);
  console.say(fmt::format("run folder: {}", folder.string()));
  require_no_error(result, *log);
  return result;
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

// A note where there is nothing to draw on; quiet needs none.
bool dashboard_is_possible() {
  Console& console = Console::get();
  if (console.live()) return true;
  console.say("no dashboard: stderr is no terminal that can be drawn on; a line per epoch instead");
  return false;
}

// What stdout has, as one text.
std::string reports_of(const std::vector<RunResult>& results) {
  std::string text;
  for (const RunResult& result : results) text += (text.empty() ? "" : "\n") + run_report(result);
  if (results.size() > 1) text += "\n" + device_table(results);
  return text;
}

void train_command(TrainOptions options) {
  options.output.check();
  options.dashboard = options.dashboard && dashboard_is_possible();
  Experiment experiment = options.experiment.load();
  if (!options.device.empty()) experiment.train.device = options.device;
  if (options.target_accuracy) experiment.train.target_accuracy = *options.target_accuracy;
  const std::string why_no_gpu = experiment.train.device == "cpu" ? "" : why_no_gpu_here();
  const std::vector<std::string> devices = resolve_devices(experiment.train.device, nn_api().torch_info(), why_no_gpu);
  if (experiment.train.device == "auto" && !why_no_gpu.empty()) {
    options.device_warning = why_no_gpu + ": trained on the CPU";
    Console::get().warn(options.device_warning);
  }
  const Splits splits = open_splits_aloud(experiment.data);
  check_batch(experiment, splits.train.count(), options.until_steady);
  if (!options.until_steady)
    require_readable_pictures(splits);  // bench's and tune's processes measure; there it costs a second each
  catch_stop_signals();
  std::vector<RunResult> results;
  for (const std::string& device : devices) {
    results.push_back(run_one(options, experiment, splits, device, devices.size() > 1));
    if (stop_signal() != 0) break;
  }
  if (options.output.as_json())
    Console::get().document(json_text(runs_json(results)));
  else if (results.size() > 1)
    Console::get().result(device_table(results));
  options.output.write([&] { return reports_of(results); }, [&] { return runs_json(results); });
  if (stop_signal() != 0) set_exit_status(static_cast<ExitCode>(128 + stop_signal()));
}

}  // namespace

void add_train(CLI::App& app) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("train", "trains a network; images/s, validation accuracy, and what holds it back");
  options->experiment.add_to(*command);
  command->add_option("-d,--device", options->device, "auto, cpu, cuda, cuda:N; several with commas: one run each and a comparison")
      ->type_name("DEVICES");
  command->add_option("--run", options->run_folder, "folder for the results (default: runs/NAME-TIME)")->type_name("FOLDER");
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
  options->output.add_to(*command);
  command->callback([options] { train_command(*options); });
}

}  // namespace cnnbench
