// `cnnbench config show|check|schema|list|keys`. Results on stdout; hints on stderr.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/config_page.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/image.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/data/folder.hpp"
#include "cnnbench/data/kinds.hpp"
#include "cnnbench/data/places.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {
namespace {

namespace fs = std::filesystem;

void print_hints(const Hints& hints) {
  for (const std::string& hint : hints) Console::get().say("hint: " + hint);
}

// Of a folder that is there: by its class folders. 0: not to be seen from here.
int classes_in(const DataConfig& data) {
  try {
    const fs::path folder = resolve_data_path(data.path);
    std::error_code none;
    if (data.path.empty() || !fs::is_directory(folder, none)) return 0;
    return static_cast<int>(list_class_folders(folder_layout(folder).train, true).class_names.size());
  } catch (const Error&) {
    return 0;  // what is wrong with the pictures is for `data check`
  }
}

// How many classes the pictures have where the config or its folder tells; else as many as its last layer has outputs for.
int classes_of(const Experiment& e) {
  if (const int known = kind_of_data(e.data.kind).classes(e.data); known > 0) return known;
  if (const int found = classes_in(e.data); found >= 2) return found;
  const std::vector<LayerConfig> layers = layers_of(e.model);
  const std::optional<int> units = layers.back().units;
  return units && *units > 1 ? *units : 2;
}

std::string network_of(const Experiment& e) {
  return e.model.preset.empty() ? fmt::format("{} layers", e.model.layers.size()) : e.model.preset;
}

// The file on its own, without the environment; a network that does not fit its pictures is a fault too.
void check(const fs::path& file) {
  Hints hints;
  const Experiment e = load_experiment(file, {}, &hints, [](const Experiment& read) {
    std::vector<Issue> issues;
    if (const auto fault = fault_of_end(read.model.layers, classes_of(read)))
      issues.push_back({"", "/model/layers" + fault->pointer, fmt::format("{} ({})", fault->problem, fault->remedy)});
    return issues;
  });
  try {
    plan_network(e.model, augmented_size(e.augment, e.data.image_size), classes_of(e));
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: /model: {}", file.string(), error.what()), error.remedy());
  }
  print_hints(hints);
}

void check_all(const std::vector<std::string>& files) {
  std::size_t bad = 0;
  for (const std::string& name : files) {
    try {
      const fs::path file = find_config(name);
      check(file);
      Console::get().result(file.string() + ": ok");
    } catch (const Error& error) {
      ++bad;
      Console::get().result(error.what());
    }
  }
  if (bad > 0)
    throw Error(ExitCode::usage,
                files.size() == 1 ? "the config has faults" : fmt::format("{} of {} configs have faults", bad, files.size()),
                "`cnnbench config schema` describes every key");
}

void list() {
  struct Row {
    std::string name, network, picture, description;
  };
  std::vector<Row> rows{{"config", "network", "picture", "description"}};
  for (const fs::path& file : shipped_configs()) {
    try {
      const Experiment e = load_experiment(file, {});
      const ImageSize size = augmented_size(e.augment, e.data.image_size);
      rows.push_back({file.stem().string(), network_of(e), fmt::format("{}x{}", size.width, size.height), e.description});
    } catch (const Error&) {
      rows.push_back({file.stem().string(), "-", "-", "has faults: see `cnnbench config check " + file.stem().string() + "`"});
    }
  }
  if (rows.size() == 1)
    throw Error(ExitCode::failed, "the shipped configs are missing", "keep the folder configs/ beside the program");
  std::size_t name_width = 0, network_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    network_width = std::max(network_width, row.network.size());
  }
  for (const Row& row : rows)
    Console::get().result(
        fmt::format("{:<{}}  {:<{}}  {:<7}  {}", row.name, name_width, row.network, network_width, row.picture, row.description));
}

}  // namespace

void add_config(CLI::App& app) {
  CLI::App& config = *app.add_subcommand("config", "show, check and list configs; their JSON Schema");
  config.require_subcommand(1);

  const auto options = std::make_shared<ExperimentOptions>();
  CLI::App& show_command = *config.add_subcommand("show", "the resolved config, every default spelled out, as JSON");
  options->add_to(show_command);
  show_command.callback([options] { Console::get().document(json_text(to_json(options->load()))); });

  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App& check_command = *config.add_subcommand("check", "every fault of the files; exit code 2 if there is any");
  check_command.add_option("-c,--config,files", *files, "JSON files or names of shipped configs")->required()->type_name("CONFIG");
  check_command.callback([files] { check_all(*files); });

  config.add_subcommand("schema", "the JSON Schema of a config, for editors and validators")->callback([] {
    Console::get().document(json_text(json_schema()));
  });
  config.add_subcommand("list", "the shipped configs")->callback(list);
  config.add_subcommand("keys", "every key with its values, default and meaning, as Markdown")->callback([] {
    std::string page = config_page();
    page.pop_back();
    Console::get().document(page);
  });
}

}  // namespace cnnbench
