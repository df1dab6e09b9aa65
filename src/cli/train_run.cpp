#include "cnnbench/cli/train_run.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/dashboard_view.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/resume.hpp"
#include "cnnbench/cli/run_files.hpp"
#include "cnnbench/cli/run_report.hpp"
#include "cnnbench/cli/train_view.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/words_of.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/draw/augment_sheet.hpp"
#include "cnnbench/pipeline/preview.hpp"
#include "cnnbench/results/stopped.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

// What the network is about to see. A run does not end for want of it: a picture that cannot be read is for the loader to report.
void write_preview(const fs::path& folder, const Experiment& experiment, const Dataset& pictures, RunFiles& files) {
  try {
    Preview preview = plan_preview(experiment, pictures, {.count = 4, .versions = 4, .seed = experiment.train.seed});
    fill(preview, pictures);
    const Canvas sheet = augment_sheet(preview);
    const std::vector<std::uint8_t> png = encode_png(sheet);
    write_atomic(folder / "preview.png", png);
    files.preview({reinterpret_cast<const char*>(png.data()), png.size()}, sheet.size);
  } catch (const std::exception& e) {
    files.log().warn("no preview.png: {}", words_of(e));
  }
}

// What was trained before an error is kept; the error is told all the same.
void require_no_error(const RunResult& result) {
  if (const std::optional<Error> error = error_in(result.stopped)) throw Error(*error);
}

void write_config(const fs::path& folder, const Experiment& experiment) {
  write_atomic(folder / "config.json", json_text(to_json(experiment)) + "\n");
}

void say_how_to_go_on(const fs::path& folder, spdlog::logger& log) {
  const std::string command = resume_command(folder);
  if (command.empty()) return;
  Console::get().say("to go on: " + command);
  log.info("to go on: {}", Console::safe(command));
}

}  // namespace

RunResult train_beside_the_first(const TrainRun& run) {
  RunResult result = nn_api().train(run.experiment, run.splits, run.device,
                                    {.sink = [](const Event&) {},
                                     .stop = stop_signal,
                                     .run_folder = {},
                                     .trace = {},
                                     .keep_first_losses = run.keep_first_losses,
                                     .until_steady = run.until_steady,
                                     .resume = run.state,
                                     .allow_inexact = run.allow_inexact});
  require_no_error(result);
  return result;
}

RunResult train_in_its_folder(const TrainRun& run) {
  Console& console = Console::get();
  std::optional<RunFiles> files;
  std::optional<DashboardView> dashboard;
  TrainView view(
      console, [&](const std::string& line) { files->log().info("{}", Console::safe(line)); },
      run.dashboard ? LiveLine::left_out : LiveLine::drawn);
  const auto open_files = [&] {
    const RunState at_start;
    write_config(run.folder, run.experiment);
    if (run.state) remove_old_states(run.state->file, run.experiment.train.keep_checkpoints);  // a killed process left more
    files.emplace(run.folder, !run.goes_on ? nullptr : run.state ? &run.state->run : &at_start);
    files->log().info(version_text());
  };
  if (!run.goes_on) open_files();
  // Where it goes on, all that may refuse it comes before this: the files are as they were.
  const auto prepare = [&] {
    if (run.goes_on) open_files();
    if (!run.state) write_preview(run.folder, run.experiment, run.splits.train, *files);
  };
  const Hooks hooks{.sink =
                        [&](const Event& event) {
                          if (run.dashboard) {
                            if (!dashboard) dashboard.emplace(run.experiment);
                            (*dashboard)(event);
                          }
                          view(event);
                          (*files)(event);
                        },
                    .stop = stop_signal,
                    .run_folder = run.folder,
                    .prepare = prepare,
                    .trace = run.trace,
                    .keep_first_losses = run.keep_first_losses,
                    .device_warning = run.device == "cpu" ? run.device_warning : "",
                    .until_steady = run.until_steady,
                    .resume = run.state,
                    .allow_inexact = run.allow_inexact,
                    .file_sizes = [&] { return files->sizes(); }};
  RunResult result;
  try {
    result = nn_api().train(run.experiment, run.splits, run.device, hooks);
  } catch (const Error& e) {
    dashboard.reset();
    if (files) {
      files->log().error("error: {}", e.what());
      say_how_to_go_on(run.folder, files->log());
    }
    throw;
  }
  dashboard.reset();
  try {
    write_atomic(run.folder / "result.json", result_text(result));
  } catch (const Error&) {
    say_how_to_go_on(run.folder, files->log());
    throw;
  }
  const std::string report = run_report(result);
  files->log().info("{}", Console::safe(report));
  if (run.report) console.result(report);
  console.say(fmt::format("run folder: {}", run.folder.string()));
  if (can_go_on(result)) say_how_to_go_on(run.folder, files->log());
  if (error_in(result.stopped)) files->log().error(result.stopped);
  require_no_error(result);
  return result;
}

}  // namespace cnnbench
