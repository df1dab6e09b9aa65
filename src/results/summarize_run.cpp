// From what a run measured to what it states.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/results/predict_gain.hpp"
#include "cnnbench/results/rank_totals.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
namespace {

double per_second(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

struct Sums {
  double pictures = 0, data_wait = 0, compute = 0;
  double busy() const { return data_wait + compute; }
};

Sums sums_of(const std::vector<EpochRow>& rows) {
  Sums sums;
  for (const EpochRow& row : rows) {
    sums.pictures += static_cast<double>(row.pictures);
    sums.data_wait += row.seconds.data_wait;
    sums.compute += row.seconds.compute;
  }
  return sums;
}

// What images_per_second and the verdict rest on.
Sums counted_sums(const RunResult& r) {
  if (!r.steady.counts || r.windows.empty()) return sums_of(counted_epochs(r));
  Sums sums;
  for (std::size_t i = r.steady.from_window; i < r.windows.size(); ++i) {
    const SpeedWindow& w = r.windows[i];
    sums.pictures += static_cast<double>(w.pictures);
    sums.data_wait += w.data_wait;
    sums.compute += w.seconds - w.data_wait;
  }
  return sums;
}

std::optional<EpochRow> reached_target(const RunResult& r) {
  const double target = r.experiment.train.target_accuracy;
  for (const EpochRow& row : r.epochs)
    if (target > 0 && row.val_accuracy && *row.val_accuracy >= target) return row;
  return std::nullopt;
}

}  // namespace

std::vector<EpochRow> counted_epochs(const RunResult& r) {
  // The first decodes and warms up. A second one that a signal cut short after a few steps proves nothing.
  const bool warm = r.epochs.size() > 1 && r.epochs[1].steps == r.epochs[0].steps;
  return {r.epochs.begin() + (warm ? 1 : 0), r.epochs.end()};
}

Steadiness steadiness(const std::vector<SpeedWindow>& windows) {
  const auto first = std::find_if(windows.begin(), windows.end(), [](const SpeedWindow& w) { return w.epoch > 1; });
  if (first == windows.end()) return {};
  std::vector<double> speeds;
  for (auto w = first; w != windows.end(); ++w) speeds.push_back(per_second(static_cast<double>(w->pictures), w->seconds));
  const Settled settled = settle(speeds);
  Steadiness out{.state = settled.state, .from_window = static_cast<std::uint64_t>(first - windows.begin()) + settled.from};
  if (settled.last_shift) out.last_change_pct = 100 * *settled.last_shift;
  return out;
}

std::vector<std::string> settling_taints(const RunResult& r) {
  std::vector<std::string> taints;
  const double seconds = counted_sums(r).busy();
  if (seconds < least_counted_seconds) taints.push_back(taint<Taint::little_counted>(seconds));
  if (r.steady.state == Settling::changing)
    taints.push_back(taint<Taint::unsettled>(std::abs(r.steady.last_change_pct.value_or(0))));
  // Of a single epoch all is warm-up, which is a taint of its own.
  if (r.steady.state == Settling::unknown && counted_epochs(r).size() < r.epochs.size())
    taints.push_back(taint<Taint::too_few_steps>());
  return taints;
}

void summarize(EpochRow& row, const RunResult& of) {
  const Sums sums = sums_of({row});
  row.images_per_second = per_second(sums.pictures, sums.busy());
  row.data_wait_pct = 100 * per_second(sums.data_wait, sums.busy());
  add_energy(row, of);
}

void summarize(RunResult& r) {
  Phases& sum = r.seconds;
  sum.data_wait = sum.compute = sum.evaluate = sum.checkpoint = 0;
  r.best_val_accuracy.reset();
  r.best_epoch = 0;
  for (const EpochRow& row : r.epochs) {
    sum.data_wait += row.seconds.data_wait;
    sum.compute += row.seconds.compute;
    sum.evaluate += row.seconds.evaluate;
    sum.checkpoint += row.seconds.checkpoint;
    if (row.val_accuracy && (!r.best_val_accuracy || *row.val_accuracy > *r.best_val_accuracy)) {
      r.best_val_accuracy = row.val_accuracy;
      r.best_epoch = row.epoch;
    }
  }
  const auto reached = reached_target(r);
  if (!reached || reached->validated_at) r.seconds_to_target = reached ? reached->validated_at : std::nullopt;
  r.final_val_accuracy = r.epochs.empty() ? std::nullopt : r.epochs.back().val_accuracy;
  const bool counts = r.steady.counts, warm = counted_epochs(r).size() < r.epochs.size();
  r.steady = warm ? steadiness(r.windows) : Steadiness{};
  r.steady.counts = counts;
  const Sums counted = counted_sums(r);
  r.images_per_second = per_second(counted.pictures, counted.busy());
}

SpeedFigures speed_figures(const RunResult& r) {
  const Sums counted = counted_sums(r);
  SpeedFigures f{.ips = per_second(counted.pictures, counted.busy()),
                 .data_wait_pct = 100 * per_second(counted.data_wait, counted.busy()),
                 .counted_seconds = counted.busy(),
                 .network_ips = per_second(counted.pictures, counted.compute)};
  const Stages& s = r.stages;
  const double made = static_cast<double>(s.loader_pictures), worked = s.read + s.decode + s.augment;
  f.loader_ips = per_second(made * r.workers, worked) * r.rank_count();  // each makes a part of every batch
  const bool cuda = r.device.starts_with("cuda");
  if (made > 0) {
    f.read_us = 1e6 * s.read / made;
    f.decode_us = 1e6 * s.decode / made;
    f.augment_us = 1e6 * s.augment / made;
    if (const int cores = speed_settings(r).cores; !cuda && cores > 0)
      f.loader_core_pct = 100 * s.loader_cpu / made * f.ips / (cores * r.rank_count());
  }
  if (r.ranks) f.exchange_wait_pct = totals_of(*r.ranks).waited_pct();
  if (!cuda) return f;
  const std::vector<EpochRow> epochs = counted_epochs(r);
  const double busy = sums_of(epochs).busy();
  if (s.device_wait && busy > 0) f.device_wait_pct = 100 * *s.device_wait / busy;
  if (s.copy_wait && busy > 0) f.copy_wait_pct = 100 * *s.copy_wait / busy;
  double seen = 0, used = 0;
  for (const EpochRow& row : epochs)
    if (row.telemetry.gpu_util_pct) {
      seen += row.telemetry.seconds;
      used += row.telemetry.seconds * *row.telemetry.gpu_util_pct;
    }
  if (seen > 0) f.gpu_util_pct = used / seen;
  return f;
}

SpeedSettings speed_settings(const RunResult& r) {
  const TrainConfig& train = r.experiment.train;
  SpeedSettings s{.device = r.device, .threads = r.threads, .workers = r.workers, .cache = r.cache, .auto_cache = r.auto_cache};
  s.fused_share = fused_share_of(r.experiment, r.augment_on);
  s.ranks = r.rank_count();
  s.graph_is_off = train.graph == GraphMode::off && train.profile != Profile::tutorial;
  const auto cores = r.machine.is_object() ? r.machine.find("cpus_usable") : r.machine.end();
  if (cores != r.machine.end() && cores->is_number_integer()) s.cores = *cores;
  return s;
}

}  // namespace cnnbench
