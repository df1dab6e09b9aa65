#include "cnnbench/results/predict_gain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cnnbench {
namespace {

constexpr double worthwhile = 1.05;

struct Machine {
  bool shares_cores;
  double cores, compute_ips;
};

double seconds_per_picture(const Machine& m, double loader_seconds, int workers) {
  const double together = 1 / m.compute_ips + (m.shares_cores ? loader_seconds / m.cores : 0);
  return std::max(together, loader_seconds / workers);
}

// How many times longer a worker takes beside the network than alone, that the model gives what was measured; at least once.
double slowdown(const Machine& m, double loader_seconds, int workers, double measured_seconds) {
  const double as_the_limit = measured_seconds * workers / loader_seconds;
  const double beside = (measured_seconds - 1 / m.compute_ips) * m.cores / loader_seconds;
  return std::max(1.0, m.shares_cores ? std::min(as_the_limit, beside) : as_the_limit);
}

}  // namespace

std::optional<Remedy> best_remedy(const Row& row) {
  const bool known = row.median_ips && row.compute_only_ips && row.read_us && row.decode_us && row.augment_us;
  if (!known || *row.compute_only_ips <= 0 || *row.median_ips <= 0 || row.workers < 1 || row.cpus_usable < 1) return std::nullopt;
  const Machine machine{!row.device.starts_with("cuda"), static_cast<double>(row.cpus_usable), *row.compute_only_ips};
  const double augment = *row.augment_us * 1e-6, all = augment + (*row.read_us + *row.decode_us) * 1e-6;
  const double slower = slowdown(machine, all, row.workers, 1 / *row.median_ips);
  const double now = seconds_per_picture(machine, slower * all, row.workers);
  std::optional<Remedy> best;
  const auto consider = [&](const std::string& set, double loader_seconds, int workers) {
    const double gain = now / seconds_per_picture(machine, slower * loader_seconds, workers);
    if (gain >= worthwhile && (!best || *row.median_ips * gain > best->predicted_ips)) best = Remedy{set, *row.median_ips * gain};
  };
  if (row.cache == "none" || row.cache == "encoded") consider("loader.cache=decoded", augment, row.workers);
  if (row.workers < row.cpus_usable) consider(fmt::format("loader.workers={}", row.cpus_usable), all, row.cpus_usable);
  return best;
}

}  // namespace cnnbench
