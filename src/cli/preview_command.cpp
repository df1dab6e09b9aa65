// `cnnbench preview`: what augmentation makes of the pictures, as a sheet, in the terminal, or as numbers.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/draw/augment_sheet.hpp"
#include "cnnbench/draw/preview_json.hpp"
#include "cnnbench/draw/preview_text.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

struct PreviewCommand {
  ExperimentOptions experiment;
  std::string export_file, replay;
  PreviewOptions options;
  bool seed_given = false;
  OutputOptions output;
};

RecordedPreview from_config(PreviewCommand& command, std::optional<Splits>& splits) {
  if (command.experiment.config.empty())
    throw Error(ExitCode::usage, "preview wants a config, or --replay FILE", "cnnbench preview catdog_improved");
  RecordedPreview recorded{.experiment = command.experiment.load()};
  if (!command.seed_given) command.options.seed = recorded.experiment.train.seed;
  splits = open_and_report_splits(recorded.experiment.data);
  recorded.preview = plan_preview(recorded.experiment, splits->train, command.options);
  return recorded;
}

RecordedPreview from_replay(const PreviewCommand& command, std::optional<Splits>& splits) {
  constexpr std::uint64_t largest = 64 << 20;
  RecordedPreview recorded = read_preview(read_file(command.replay, largest), command.replay);
  splits = open_and_report_splits(recorded.experiment.data);
  locate(recorded.preview, splits->train);
  return recorded;
}

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ColourDepth stdout_colours() {
  return colour_depth({.terminal = isatty(STDOUT_FILENO) == 1,
                       .no_color = Console::get().no_color(),
                       .term = variable("TERM"),
                       .colorterm = variable("COLORTERM")});
}

void preview_command(PreviewCommand& command) {
  Console& console = Console::get();
  if (!command.export_file.empty()) {
    require_png_name(command.export_file);
    require_place_for(command.export_file);
  }
  std::optional<Splits> splits;
  RecordedPreview recorded = command.replay.empty() ? from_config(command, splits) : from_replay(command, splits);
  Preview& preview = recorded.preview;
  if (!command.export_file.empty()) lay_out(preview);  // a sheet that would be too large is refused before pictures are read
  for (const std::string& name : fill(preview, splits->train))
    console.warn(fmt::format("{} is not the picture that it was when the draws were written", name));
  const std::string json = json_text(preview_json(preview, recorded.experiment));
  if (!command.export_file.empty()) {
    const fs::path numbers = fs::path(command.export_file).replace_extension(".json");
    write_png(command.export_file, augment_sheet(preview));
    write_atomic(numbers, json + "\n");
    console.say(fmt::format("wrote {} and {}", command.export_file, numbers.string()));
  }
  if (command.output.as_json()) return console.document(json);
  if (!command.export_file.empty()) return;
  const ColourDepth colours = stdout_colours();
  if (colours == ColourDepth::none)
    console.result(preview_table(preview));
  else
    console.picture(preview_thumbnails(preview, screen_size(STDOUT_FILENO).columns, colours));
}

}  // namespace

void add_preview(CLI::App& app) {
  const auto options = std::make_shared<PreviewCommand>();
  CLI::App* command = app.add_subcommand("preview", "training pictures beside what augmentation makes of them, with the draws");
  options->experiment.add_to(*command);
  CLI::Option* config = command->get_option("--config")->required(false);
  command->add_option("--count", options->options.count, "pictures")->check(CLI::Range(1, 10000))->capture_default_str();
  command->add_option("--versions", options->options.versions, "versions of each: what it is in epoch 1, 2, ...")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  CLI::Option* seed = command->add_option("--seed", options->options.seed, "seed of order and draws (default: train.seed)");
  command->add_option("--export", options->export_file, "write the sheet to this PNG file, and the draws to a .json file beside it")
      ->type_name("FILE");
  command->add_option("--replay", options->replay, "draw the sheet of such a .json file again")
      ->type_name("FILE")
      ->excludes(config)
      ->excludes(command->get_option("--set"))
      ->excludes(seed)
      ->excludes(command->get_option("--count"))
      ->excludes(command->get_option("--versions"));
  options->output.add_to(*command, OutputOptions::Export::own);
  command->callback([options, seed] {
    options->seed_given = seed->count() > 0;
    preview_command(*options);
  });
}

}  // namespace cnnbench
