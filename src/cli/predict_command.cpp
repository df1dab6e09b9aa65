#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <filesystem>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/devices.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/data/picture_files.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  std::string run, device = "cpu";
  std::vector<std::string> pictures;
  bool json = false;
};

// A run folder's best weights, its last ones where none were validated, or the file itself.
fs::path weights_of(const fs::path& run) {
  if (fs::is_regular_file(run)) return run;
  for (const char* name : {"best.safetensors", "last.safetensors"})
    if (fs::exists(run / name)) return run / name;
  throw Error(ExitCode::usage, fmt::format("{} holds no weights", run.string()),
              "give a run folder with best.safetensors, or a .safetensors file");
}

nlohmann::ordered_json as_json(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Prediction& p : predictions) {
    nlohmann::ordered_json row{{"file", p.file}, {"class", p.class_name}, {"probability", p.probability}};
    for (std::size_t i = 0; i < classes.size(); ++i) row["probabilities"][classes[i]] = p.probabilities[i];
    rows.push_back(std::move(row));
  }
  return {{"schema_version", 1}, {"predictions", rows}};
}

void predict_command(const PredictOptions& options) {
  const std::vector<std::string> devices = resolve_devices(options.device, nn_api().torch_info());
  const Predictor predictor = nn_api().open_predictor(weights_of(options.run), devices.front());
  const std::vector<Prediction> predictions = predictor.predict(named_pictures(options.pictures));
  Console& console = Console::get();
  if (options.json)
    return console.result(
        as_json(predictions, predictor.class_names).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  for (const Prediction& p : predictions)
    console.result(Console::safe(fmt::format("{}: {} {:.1f} %", p.file, p.class_name, 100 * p.probability)));
}

}  // namespace

void add_predict(CLI::App& app) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "class and probability of pictures, prepared exactly as in training");
  command->add_option("run", options->run, "a run folder, or a .safetensors file")->required();
  command->add_option("pictures", options->pictures, "pictures, or folders of them")->required();
  command->add_option("-d,--device", options->device, "cpu, cuda, cuda:N, auto");
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options] { predict_command(*options); });
}

}  // namespace cnnbench
