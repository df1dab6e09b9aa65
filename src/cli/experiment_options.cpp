#include "cnnbench/cli/experiment_options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/progress.hpp"
#include "cnnbench/config/load.hpp"

namespace cnnbench {

void ExperimentOptions::add_to(CLI::App& command, bool required) {
  command.add_option("-c,--config,config", config, "a config file, or the name of a shipped one (catdog_improved)")
      ->required(required)
      ->type_name("CONFIG");
  command.add_option("--set", sets, "override a key: --set train.epochs=5; again for more")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

Experiment ExperimentOptions::load() const {
  std::vector<std::string> hints;
  Experiment experiment = load_experiment(find_config(config), {.sets = sets, .environment = process_environment()}, &hints);
  for (const std::string& hint : hints) Console::get().say("hint: " + hint);
  return experiment;
}

Splits open_and_report_splits(const DataConfig& data) {
  Console& console = Console::get();
  bool announced = false;
  const auto progress = [&, bar = show_progress("Drawing pictures")](std::size_t done, std::size_t total) mutable {
    if (!announced && !console.live()) console.say(fmt::format("Drawing {} pictures ...", total));
    announced = true;
    bar(done, total);
  };
  Splits splits = open_splits(data, progress);
  if (!splits.warning.empty()) console.warn(splits.warning);
  for (const std::string& note : splits.notes) console.say("note: " + note);
  for (const Dataset* set : {&splits.train, &splits.validation}) {
    console.say(fmt::format("Found {} images belonging to {} classes.", set->count(), set->class_names.size()));
    if (set->skipped.empty()) continue;
    console.warn(fmt::format("{} bad pictures are left out:", set->skipped.size()));
    for (const SkippedPicture& s : set->skipped) console.say(fmt::format("  {}: {}", s.name, s.reason));
  }
  return splits;
}

}  // namespace cnnbench
