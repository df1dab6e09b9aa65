// How long a benchmark takes, from what its networks take on a few batches now.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/experiment_options.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/clock.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

struct Probe {
  double start_seconds = 0, picture_seconds = 0;  // a process without its training; a picture trained on
};

// What the step's speed depends on.
std::string step_of(const Experiment& e) {
  const auto config = to_json(e);
  return json_line(config["model"]) + json_line(config["data"]["image_size"]) + " " + std::to_string(e.loader.batch_size) + " " +
         e.train.device + " " + json_line(config["train"]["precision"]) + json_line(config["train"]["threads"]);
}

Probe probe(Experiment e, const BenchOptions& options) {
  constexpr int batches = 4;
  e.data.kind = DataKind::synthetic;
  e.data.path.clear();
  e.data.limit_train = batches * e.loader.batch_size;
  e.data.limit_validation = e.loader.batch_size;
  e.train.epochs = 2;
  e.train.steps_per_epoch = 0;
  const double before = seconds_now();
  const auto sample = repeat_cell(e, {.timeout_seconds = options.timeout_seconds, .alone = false});
  const double seconds = seconds_now() - before;
  if (sample.contains("error")) return {seconds, 0};
  const double picture = 1 / sample["ips"].get<double>();
  return {std::max(0.0, seconds - 2 * batches * e.loader.batch_size * picture), picture};
}

double pictures_of(const Experiment& e) {
  if (e.train.steps_per_epoch > 0) return static_cast<double>(e.train.steps_per_epoch) * e.loader.batch_size;
  return static_cast<double>(open_and_report_splits(e.data).train.count());
}

// The first and, where the speed settles at once, as many more as give enough windows to see that.
double epochs_of(const Experiment& e, double pictures) {
  const double steps = std::ceil(pictures / e.loader.batch_size);
  const double settled = std::ceil(static_cast<double>(least_values) / std::min(steps, static_cast<double>(windows_per_epoch)));
  return std::min<double>(e.train.epochs, 1 + settled);
}

}  // namespace

double estimate_seconds(const std::vector<Work>& cells, const BenchOptions& options) {
  std::map<std::string, Probe> probes;
  std::map<std::string, double> sets;
  double seconds = 0;
  for (const Work& work : cells) {
    if (work.row.status == "failed") continue;
    const Experiment& e = work.experiment;
    const auto [probed, is_new] = probes.try_emplace(step_of(e));
    if (is_new) {
      Console::get().redraw(fmt::format("estimating: {} trains for a moment", axes_label(work.row)));
      probed->second = probe(e, options);
    }
    const auto [set, unknown] = sets.try_emplace(json_line(to_json(e)["data"]) + std::to_string(e.train.steps_per_epoch));
    if (unknown) set->second = pictures_of(e);
    const Probe& p = probed->second;
    double each = p.start_seconds + epochs_of(e, set->second) * set->second * p.picture_seconds;
    if (!options.only_live) {
      const RepetitionOptions how;
      const double synthetic = 2 * std::max(20.0 * e.loader.batch_size, 640.0);  // as compute_alone() trains
      each += how.loader_seconds + p.start_seconds + synthetic * p.picture_seconds;
    }
    if (options.library) each += p.start_seconds + epochs_of(e, set->second) * set->second * p.picture_seconds;
    seconds += each * options.repetitions;
  }
  Console::get().close_line();
  return seconds;
}

}  // namespace cnnbench
