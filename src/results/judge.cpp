#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace {

// Why these values: docs/measuring.md, "How to read a verdict".
constexpr double noticeable_wait_pct = 10;  // from here on the wait alone makes it input-bound
constexpr double small_wait_pct = 2;        // below, a slow loader is not what one saw
constexpr double slower = 0.9, faster = 1.25;

std::string grouped(std::uint64_t value) {
  return value < 1000 ? fmt::format("{}", value) : fmt::format("{},{:03}", grouped(value / 1000), value % 1000);
}

// Three digits, as much as such a figure holds: 2,210 and 47.3 and 0.51.
std::string figure(double value) {
  value = std::min(value, 1e15);
  if (value >= 999.5) {
    const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
    return grouped(static_cast<std::uint64_t>(std::round(value / unit) * unit));
  }
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return value >= 9.995 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

Bound bound_of(double loader_ips, double compute_ips, double wait_pct) {
  const double ratio = loader_ips / compute_ips;
  if (wait_pct >= noticeable_wait_pct || (ratio < slower && wait_pct >= small_wait_pct)) return Bound::input;
  if (ratio >= faster) return Bound::compute;
  return Bound::balanced;
}

}  // namespace

Verdict judge(double loader_ips, double compute_ips, double data_wait_pct, const std::string& device, const std::string& hint) {
  Verdict verdict{Bound::unknown, loader_ips, compute_ips, data_wait_pct, "unknown: too little was trained to tell"};
  const auto is_speed = [](double ips) { return std::isfinite(ips) && ips > 0; };
  if (!is_speed(loader_ips) || !is_speed(compute_ips) || !std::isfinite(data_wait_pct)) return verdict;

  verdict.bound = bound_of(loader_ips, compute_ips, data_wait_pct);
  const std::string who = device.starts_with("cuda") ? "the GPU" : "the network";
  const std::string loader = figure(loader_ips), compute = figure(compute_ips);
  switch (verdict.bound) {
    case Bound::input:
      verdict.text = loader_ips >= faster * compute_ips
                         ? fmt::format(
                               "input-bound in bursts: {} waits {:.0f} % of the time, though the loader could deliver {} images/s "
                               "and {} takes {}",
                               who, data_wait_pct, loader, who, compute)
                         : fmt::format("input-bound: {} waits {:.0f} % of the time; the loader delivers {} images/s, {} takes {}",
                                       who, data_wait_pct, loader, who, compute);
      break;
    case Bound::compute:
      verdict.text =
          fmt::format("compute-bound on {}: {} takes {} images/s, the loader could deliver {}", device, who, compute, loader);
      break;
    default:
      verdict.text = fmt::format("balanced: the loader delivers {} images/s, {} takes {} and waits {:.0f} % of the time", loader,
                                 who, compute, data_wait_pct);
  }
  if (!hint.empty()) verdict.text += "; " + hint;
  return verdict;
}

}  // namespace cnnbench
