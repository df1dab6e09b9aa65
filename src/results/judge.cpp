#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/grouped.hpp"
#include "cnnbench/results/judge.hpp"

namespace cnnbench {
namespace {

// Why these values: docs/measuring.md, "How to read a verdict".
constexpr double noticeable_wait_pct = 10;  // from here on the wait alone makes it input-bound
constexpr double small_wait_pct = 2;        // below, a slow loader is not what one saw
constexpr double slower = 0.9, faster = 1.25;
constexpr double noticeable_copies_pct = 10;  // of the time the device stood still for pictures on their way
constexpr double noticeable_exchange_pct = 10;  // of the time, as of waiting for pictures
constexpr double host_ahead_pct = 10;         // of the time: below, the host was hardly ever ahead of the device
constexpr double gpu_full_pct = 90;           // a GPU that is busy all the time waits for no host
constexpr double least_seconds = 0.1;         // a queue that was full at the start is still being emptied
constexpr double noticeable_cores_pct = 1;

// Three digits, as much as such a figure holds: 2,210 and 47.3 and 0.51.
std::string figure(double value) {
  value = std::min(value, 1e15);
  if (value >= 999.5) {
    const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
    return grouped(fmt::format("{:.0f}", std::round(value / unit) * unit));
  }
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return value >= 9.995 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

bool is_speed(double ips) { return std::isfinite(ips) && ips > 0; }

bool tells_nothing(const SpeedFigures& f) {
  return !is_speed(f.loader_ips) || !is_speed(f.network_ips) || !std::isfinite(f.data_wait_pct) ||
         f.counted_seconds.value_or(least_seconds) < least_seconds;
}

std::string described(const SpeedFigures& f, const SpeedSettings& s, Bound bound) {
  const std::string who = s.device.starts_with("cuda") ? "the GPU" : "the network";
  const double share = f.loader_core_pct.value_or(0);
  const std::string cores = share >= noticeable_cores_pct ? fmt::format(" with {:.0f} % of the cores", share) : "";
  const std::string loader = figure(f.loader_ips) + " images/s" + cores, network = figure(f.network_ips);
  const auto wait = fmt::format("{:.0f} %", f.data_wait_pct);
  switch (bound) {
    case Bound::input:
      return f.loader_ips >= faster * f.network_ips
                 ? fmt::format("input-bound in bursts: {} waits {} of the time, though the loader could deliver {} and {} takes {}", who,
                               wait, loader, who, network)
                 : fmt::format("input-bound: {} waits {} of the time; the loader delivers {}, {} takes {}", who, wait, loader, who, network);
    case Bound::host:
      return fmt::format("host-bound on {}: the host issues {} images/s and is ahead of the GPU {:.0f} % of the time{}; the loader could deliver {}",
                         s.device, network, f.device_wait_pct.value_or(0),
                         f.gpu_util_pct ? fmt::format(", the GPU is busy {:.0f} %", *f.gpu_util_pct) : "", loader);
    case Bound::copies:
      return fmt::format("copy-bound on {}: the GPU stands still {:.0f} % of the time for pictures on their way; the GPU takes {} images/s, the loader could deliver {}",
                         s.device, f.copy_wait_pct.value_or(0), network, loader);
    case Bound::communication:
      return fmt::format("communication-bound: {} ranks wait {:.0f} % of the time for each other's gradients; without that wait they would take {} images/s, the loaders could deliver {}",
                         s.ranks, f.exchange_wait_pct.value_or(0), figure(f.network_ips / (1 - std::min(f.exchange_wait_pct.value_or(0), 99.0) / 100)), loader);
    case Bound::compute:
      return fmt::format("compute-bound on {}: {} takes {} images/s, the loader could deliver {}", s.device, who, network,
                         figure(f.loader_ips) + cores);
    case Bound::balanced:
      return fmt::format("balanced: the loader delivers {}, {} takes {} and waits {} of the time", loader, who, network, wait);
    default:
      return "unknown: too little was trained to tell";
  }
}

}  // namespace

Bound bound_of(const SpeedFigures& f, const SpeedSettings& s) {
  if (tells_nothing(f)) return Bound::unknown;
  const double ratio = f.loader_ips / f.network_ips;
  if (f.data_wait_pct >= noticeable_wait_pct || (ratio < slower && f.data_wait_pct >= small_wait_pct)) return Bound::input;
  if (f.exchange_wait_pct.value_or(0) >= noticeable_exchange_pct) return Bound::communication;
  if (s.device.starts_with("cuda")) {
    if (f.copy_wait_pct.value_or(0) >= noticeable_copies_pct) return Bound::copies;
    if (f.device_wait_pct.value_or(100) < host_ahead_pct && f.gpu_util_pct.value_or(0) < gpu_full_pct) return Bound::host;
  }
  return ratio >= faster ? Bound::compute : Bound::balanced;
}

Verdict judge(const SpeedFigures& f, const SpeedSettings& s) {
  Verdict v{.bound = bound_of(f, s),
            .loader_ips = f.loader_ips,
            .network_ips = f.network_ips,
            .data_wait_pct = f.data_wait_pct,
            .counted_seconds = f.counted_seconds,
            .loader_core_pct = f.loader_core_pct,
            .device_wait_pct = f.device_wait_pct,
            .copy_wait_pct = f.copy_wait_pct};
  if (f.exchange_wait_pct) v.exchange_wait_pct = *f.exchange_wait_pct;
  v.text = described(f, s, v.bound);
  if (v.bound == Bound::unknown || v.bound == Bound::communication) return v;  // nothing that a setting here would mend
  if (const auto remedy = best_remedy(f, s)) {
    v.remedy = remedy->set;
    v.predicted_gain = remedy->gain;
    v.text += fmt::format("; {} would give about {:.2f}x ({} images/s)", remedy->set, remedy->gain, figure(f.ips * remedy->gain));
  }
  return v;
}

}  // namespace cnnbench
