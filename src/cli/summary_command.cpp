#include <CLI/CLI.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/data/kinds.hpp"
#include "cnnbench/model/plan.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {
namespace {

struct SummaryOptions {
  ExperimentOptions experiment;
  int classes = 0;
  OutputOptions output;
};

// Without looking at the pictures: a summary works before they are there.
int usual_classes(const DataConfig& data) {
  const int known = kind_of_data(data.kind).classes(data);
  return known > 0 ? known : 2;
}

void summary_command(const SummaryOptions& options) {
  options.output.check();
  const Experiment e = options.experiment.load();
  const int classes = options.classes > 0 ? options.classes : usual_classes(e.data);
  const Plan plan = plan_network(e.model, augmented_size(e.augment, e.data.image_size), classes);
  options.output.put([&] { return summary_table(plan); }, [&] { return summary_json(plan); });
}

}  // namespace

void add_summary(CLI::App& app) {
  const auto options = std::make_shared<SummaryOptions>();
  CLI::App* command = app.add_subcommand("summary", "a network's layers, shapes, parameters and FLOP per image");
  options->experiment.add_to(*command);
  command->add_option("--classes", options->classes, "classes; 10 for cifar10, else 2, where it is not given")
      ->check(CLI::Range(2, 100000));
  options->output.add_to(*command);
  command->callback([options] { summary_command(*options); });
}

}  // namespace cnnbench
