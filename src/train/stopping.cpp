#include "train/stopping.hpp"

#include <algorithm>

#include "cnnbench/results/stopped.hpp"

namespace cnnbench {
namespace {

// A speed that has not settled after so many windows will not: some more epochs would be no better.
constexpr std::ptrdiff_t patience_windows = 80;

std::string settled(const std::vector<SpeedWindow>& windows) {
  const Steadiness steady = steadiness(windows);
  if (steady.state == Settling::steady) {
    double seconds = 0;
    for (std::size_t i = steady.from_window; i < windows.size(); ++i) seconds += windows[i].seconds;
    return seconds >= least_counted_seconds ? "steady" : "";
  }
  const auto after_first = std::count_if(windows.begin(), windows.end(), [](const SpeedWindow& w) { return w.epoch > 1; });
  return after_first >= patience_windows ? "not steady" : "";
}

}  // namespace

bool BestSoFar::take(const std::optional<double>& val_accuracy) {
  if (!val_accuracy) return false;
  const bool best = !accuracy || *val_accuracy > *accuracy;
  if (best) accuracy = val_accuracy;
  validations_since = best ? 0 : validations_since + 1;
  return best;
}

std::string why_to_stop(const TrainConfig& train, const AfterEpoch& now, const std::vector<SpeedWindow>& windows) {
  if (now.signal != 0) return stopped_by_signal(now.signal);
  if (train.target_accuracy > 0 && now.val_accuracy && *now.val_accuracy >= train.target_accuracy) return "target accuracy";
  if (train.early_stop_patience > 0 && now.validations_since_best >= train.early_stop_patience) return "early stop";
  if (now.until_steady)
    if (const std::string why = settled(windows); !why.empty()) return why;
  return now.epoch >= train.epochs ? "finished" : "";
}

}  // namespace cnnbench
