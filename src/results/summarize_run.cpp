// From what a run measured to what it states.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/table_text.hpp"

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
  if (r.steady.state != Settling::changing) return {};
  return {fmt::format("the speed did not settle: late in the measurement it still changed by {:.0f} %",
                      std::abs(r.steady.last_change_pct.value_or(0)))};
}

void summarize(EpochRow& row, const std::string& device) {
  const Sums sums = sums_of({row});
  row.images_per_second = per_second(sums.pictures, sums.busy());
  row.data_wait_pct = 100 * per_second(sums.data_wait, sums.busy());
  add_energy(row, device);
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

double loader_ips_of(const RunResult& r) {
  const Stages& s = r.stages;
  return per_second(static_cast<double>(s.pictures) * r.workers, s.read + s.decode + s.augment);
}

Verdict verdict_of(const RunResult& r, double loader_ips, const std::string& hint) {
  const Sums counted = counted_sums(r);
  return judge(loader_ips, per_second(counted.pictures, counted.compute), 100 * per_second(counted.data_wait, counted.busy()),
               r.device, hint);
}

Verdict verdict_of(const RunResult& r) {
  const Stages& s = r.stages;
  const double worked = s.read + s.decode + s.augment, loader_ips = loader_ips_of(r);
  const double wait_pct = verdict_of(r, loader_ips, "").data_wait_pct;
  const bool may_cache =
      (r.cache == "none" || r.cache == "encoded") && r.experiment.train.profile != Profile::tutorial && wait_pct > 2;
  std::string hint;
  if (may_cache && worked > 0 && s.read + s.decode > 0.3 * worked)
    hint = fmt::format("cache=decoded would save the {:.0f} % of the loader's work that read and decode",
                       100 * (s.read + s.decode) / worked);
  else if (wait_pct > 10)
    hint = fmt::format("more than {} would help", count_text(r.workers, "worker"));
  return verdict_of(r, loader_ips, hint);
}

}  // namespace cnnbench
