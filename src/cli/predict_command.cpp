#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <numeric>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/devices.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/predict_view.hpp"
#include "cnnbench/cli/progress.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/data/encode_png.hpp"
#include "cnnbench/data/folder_truth.hpp"
#include "cnnbench/data/picture_files.hpp"
#include "cnnbench/draw/prediction_sheet.hpp"
#include "cnnbench/results/answers.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  std::string run, device = "auto";
  std::vector<std::string> pictures;
  std::string sheet{};
  int sheet_count = 48;
  bool wrong_only = false, as_tutorial_bug = false;
  OutputOptions output;
};

// A run folder's best weights, its last ones where none were validated, or the file itself.
fs::path weights_of(const fs::path& run) {
  if (!fs::exists(run))
    throw Error(ExitCode::usage, missing_path(run), "give a run folder with best.safetensors, or a .safetensors file");
  if (fs::is_regular_file(run)) return run;
  for (const char* name : {"best.safetensors", "last.safetensors"})
    if (fs::exists(run / name)) return run / name;
  throw Error(ExitCode::usage, fmt::format("{} holds no weights", run.string()),
              "give a run folder with best.safetensors, or a .safetensors file");
}

std::size_t label_of(const std::string& name, const std::vector<std::string>& names) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

Guess guess_of(const Prediction& p, const std::vector<std::string>& names) {
  return {.label = label_of(p.class_name, names), .probability = p.probability, .probabilities = p.probabilities};
}

// The pictures that each argument stands for, with what the folders say of them.
std::vector<Answer> questions(const std::vector<std::string>& arguments, const std::vector<std::string>& class_names) {
  std::vector<Answer> out;
  for (const std::string& argument : arguments)
    for (std::string& file : named_pictures({argument})) {
      const auto truth = truth_of(file, argument, class_names);
      out.push_back({.file = std::move(file), .truth = truth});
    }
  return out;
}

// In portions, so that a large folder shows how far it is. No picture's answer depends on the others.
std::vector<Prediction> predict_all(const Predictor& predictor, const std::vector<std::string>& files, Rescaling rescaling) {
  constexpr std::size_t portion = 512;
  auto progress = show_progress("predicting");
  std::vector<Prediction> all;
  for (std::size_t begin = 0; begin < files.size(); begin += portion) {
    const std::size_t end = std::min(begin + portion, files.size());
    if (files.size() > portion) progress(begin, files.size());
    std::ranges::move(
        predictor.predict({files.begin() + static_cast<std::ptrdiff_t>(begin), files.begin() + static_cast<std::ptrdiff_t>(end)},
                          rescaling),
        std::back_inserter(all));
  }
  if (files.size() > portion) progress(files.size(), files.size());
  return all;
}

// Those that cannot be read go from the answers into the list that is returned.
std::vector<SkippedPicture> answer(std::vector<Answer>& answers, const Predictor& predictor, bool as_tutorial_bug) {
  std::vector<std::string> files;
  for (const Answer& a : answers) files.push_back(a.file);
  const std::vector<Prediction> predictions = predict_all(predictor, files, Rescaling::as_trained);
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i].guess = guess_of(predictions[i], predictor.class_names);
  if (as_tutorial_bug) {
    const std::vector<Prediction> unscaled = predict_all(predictor, files, Rescaling::forgotten);
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i].unscaled = guess_of(unscaled[i], predictor.class_names);
  }
  std::vector<SkippedPicture> bad;
  std::vector<Answer> good;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (const std::string& error = predictions[i].error; !error.empty())
      bad.push_back({files[i], error.starts_with(files[i] + ": ") ? error.substr(files[i].size() + 2) : error});
    else
      good.push_back(std::move(answers[i]));
  }
  answers = std::move(good);
  return bad;
}

// The others are answered. As in training: a picture that cannot be read is an error, or left out with a warning.
void report_bad(const std::vector<SkippedPicture>& bad, std::size_t all, OnBadImage policy) {
  if (bad.empty()) return;
  Console& console = Console::get();
  for (std::size_t i = 1; i < bad.size(); ++i) console.say(fmt::format("bad: {}: {}", bad[i].name, bad[i].reason));
  const std::string text = fmt::format("{}: {} ({} of {} pictures cannot be read, the others are answered)", bad.front().name,
                                       bad.front().reason, bad.size(), all);
  if (policy == OnBadImage::skip) return console.warn(text);
  throw Error(ExitCode::failed, text, "remove or replace the file");
}

void check(const PredictOptions& options, const Predictor& predictor, const std::vector<Answer>& answers) {
  if (options.as_tutorial_bug && (predictor.augment.standardize || predictor.augment.rescale == 1))
    throw Error(ExitCode::usage, "this network was trained without a rescaling that prediction could forget",
                "leave out --as-tutorial-bug");
  const bool truth = std::any_of(answers.begin(), answers.end(), [](const Answer& a) { return a.truth.has_value(); });
  if (options.wrong_only && !truth)
    throw Error(ExitCode::usage,
                fmt::format("no folder says what these pictures show: none is called {}", fmt::join(predictor.class_names, ", ")),
                "leave out --wrong-only, or sort the pictures into folders of these names");
}

void write_sheet(const PredictOptions& options, const std::vector<Answer>& answers, const std::vector<std::string>& class_names) {
  const Selection selection = select_answers(answers, static_cast<std::size_t>(options.sheet_count), options.wrong_only);
  PredictionSheet sheet{.title = fmt::format("{}: predictions", fs::path(options.run).lexically_normal().string()),
                        .subtitle = count_text(std::ssize(answers), "picture"),
                        .class_names = class_names};
  if (selection.mistakes > 0)
    sheet.subtitle += fmt::format(", {} of {} mistakes, the most confident first", selection.shown_mistakes, selection.mistakes);
  if (selection.shown_others > 0 && selection.shown_others < answers.size())
    sheet.subtitle += fmt::format(", {} of {} others", selection.shown_others, selection.others);
  for (const std::size_t i : selection.shown)
    sheet.tiles.push_back({.picture = picture_thumbnail(answers[i].file, prediction_picture), .answer = answers[i]});
  if (Confusion confusion = confusion_of(answers, class_names.size()); confusion.pictures() > 0) {
    sheet.confusion = std::move(confusion);
    if (options.as_tutorial_bug) sheet.unscaled = confusion_of(answers, class_names.size(), Which::unscaled);
  }
  write_png(options.sheet, prediction_sheet(sheet));
  Console::get().say(fmt::format("wrote {}", options.sheet));
}

void predict_command(const PredictOptions& options) {
  options.output.check();
  if (!options.sheet.empty()) {
    require_png_name(options.sheet);
    require_place_for(options.sheet);
  }
  const std::vector<std::string> devices =
      resolve_devices(options.device, nn_api().torch_info(), options.device == "cpu" ? "" : why_no_gpu_here());
  const Predictor predictor = nn_api().open_predictor(weights_of(options.run), devices.front());
  std::vector<Answer> answers = questions(options.pictures, predictor.class_names);
  check(options, predictor, answers);
  const std::size_t asked = answers.size();
  const std::vector<SkippedPicture> bad = answer(answers, predictor, options.as_tutorial_bug);

  std::vector<std::size_t> listed(answers.size());
  std::iota(listed.begin(), listed.end(), 0U);
  if (options.wrong_only) listed = mistakes(answers);
  options.output.put(
      [&] {
        // A single picture needs no matrix; whoever wants it quiet wants the summary, where there is one.
        const std::string report = answers.size() > 1 ? answers_report(answers, predictor.class_names) : "";
        std::string text;
        if (report.empty() || !Console::get().quiet())
          for (const std::size_t i : listed) text += answer_line(answers[i], predictor.class_names) + "\n";
        if (!report.empty()) text += (text.empty() ? "" : "\n") + report;
        while (text.ends_with('\n')) text.pop_back();
        return text;
      },
      [&] { return answers_json(answers, listed, predictor.class_names, bad); });
  if (!options.sheet.empty()) write_sheet(options, answers, predictor.class_names);
  report_bad(bad, asked, predictor.data.on_bad_image);
}

}  // namespace

void add_predict(CLI::App& app) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "class and probability of pictures, prepared exactly as in training");
  command->add_option("run", options->run, "a run folder, or a .safetensors file")->required()->type_name("FOLDER");
  command->add_option("pictures", options->pictures, "pictures, or folders of them; a folder called like a class tells the truth")
      ->required()
      ->type_name("FILE");
  command->add_option("-d,--device", options->device, "auto, cpu, cuda, cuda:N")->type_name("DEVICE")->capture_default_str();
  command->add_option("--sheet", options->sheet, "write the pictures with what was predicted to this PNG file")->type_name("FILE");
  command->add_option("--sheet-count", options->sheet_count, "pictures on the sheet, at most")
      ->check(CLI::Range(1, 700))
      ->capture_default_str();
  command->add_flag("--wrong-only", options->wrong_only, "only the mistakes, the most confident first");
  command->add_flag("--as-tutorial-bug", options->as_tutorial_bug,
                    "also what comes out where the 1/255 of training is forgotten, as the original tutorial did");
  options->output.add_to(*command);
  command->callback([options] { predict_command(*options); });
}

}  // namespace cnnbench
