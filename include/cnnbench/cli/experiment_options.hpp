// What every command that takes a config shares: --config, --set, and opening its pictures with words on stderr.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"

namespace CLI {
class App;
}

namespace cnnbench {

struct ExperimentOptions {
  std::string config;
  std::vector<std::string> sets;
  void add_to(CLI::App& command, bool required = true);  // required: the config
  Experiment load() const;                               // says hints on stderr
};

// open_splits with a progress bar, Keras' "Found N images" lines, and the warning where the data is not what was asked for.
Splits open_and_report_splits(const DataConfig&);

}  // namespace cnnbench
