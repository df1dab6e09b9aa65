// `cnnbench data stats`: the numbers for augment.channel_mean and channel_std.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/data/channel_statistics.hpp"
#include "cnnbench/data/dataset.hpp"

namespace cnnbench {
namespace {

struct Stats {
  Experiment experiment;
  std::size_t pictures = 0;
  PerChannel mean{}, std{};
};

// What --set is given.
std::string set_of(const char* key, const PerChannel& value) {
  return fmt::format("--set augment.{}=[{:.6g},{:.6g},{:.6g}]", key, value[0], value[1], value[2]);
}

}  // namespace

template <>
struct Fields<Stats> {
  static constexpr std::string_view name = "data_stats", text = "Means and deviations of the training pictures' channels.";
  static constexpr int version = 1;
  static void of(auto& s, auto&& field) {
    field("config_name", s.experiment.name, "Of the config.");
    field("pictures", s.pictures, "Training pictures, each decoded and resized, none augmented.", not_negative);
    field("rescale", s.experiment.augment.rescale, "Factor on the pixels before all others.", not_negative);
    field("channel_mean", s.mean, "Red, green, blue, after rescale: as for augment.channel_mean.");
    field("channel_std", s.std, "Likewise, for augment.channel_std.", not_negative);
  }
};

nlohmann::ordered_json data_stats_schema() { return document_schema<Stats>("cnnbench data stats --json"); }

namespace {

void stats(const ExperimentOptions& options, const OutputOptions& output) {
  output.check();
  Stats s{.experiment = options.load()};
  const Splits splits = open_and_report_splits(s.experiment.data);
  const ChannelStatistics found = channel_statistics(splits.train);
  s.pictures = found.pictures;
  for (std::size_t c = 0; c < 3; ++c) {
    s.mean[c] = found.mean[c] * s.experiment.augment.rescale;
    s.std[c] = found.std[c] * s.experiment.augment.rescale;
  }
  output.put(
      [&] {
        return fmt::format("{}: {} training pictures, after rescale\n{} {}", s.experiment.name, s.pictures,
                           set_of("channel_mean", s.mean), set_of("channel_std", s.std));
      },
      [&] { return document(s); });
}

}  // namespace

void add_data_stats(CLI::App& data) {
  CLI::App* command = data.add_subcommand(
      "stats", "means and deviations of the training pictures' channels, for augment.channel_mean and channel_std");
  const auto experiment = std::make_shared<ExperimentOptions>();
  const auto output = std::make_shared<OutputOptions>();
  experiment->add_to(*command);
  output->add_to(*command);
  command->callback([experiment, output] { stats(*experiment, *output); });
}

}  // namespace cnnbench
