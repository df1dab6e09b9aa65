#include "cnnbench/results/disturbance.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

std::optional<double> below_half(double share) {
  return share < 0.5 ? std::optional(share) : std::nullopt;  // who lost half of the machine knows nothing
}

}  // namespace

std::optional<Disturbance> disturbance_of(const std::string& taint) {
  const ReadTaint read = read_taint(taint);
  if (!read.kind) return std::nullopt;
  switch (*read.kind) {
    case Taint::busy:
    case Taint::stolen:
    case Taint::unsettled:
      return Disturbance{taint, below_half(read.numbers[0] / 100)};
    case Taint::cpu_quota:
      // Earlier versions did not say of how many seconds.
      return Disturbance{taint, read.numbers.size() == 2 ? below_half(read.numbers[0] / read.numbers[1]) : std::nullopt};
    case Taint::gpu_held_back:
    case Taint::gpu_shared:
    case Taint::paused:
    case Taint::resumed:
    case Taint::resumed_otherwise:
    case Taint::changed:  // who knows what else was
      return Disturbance{taint};
    default:
      return std::nullopt;
  }
}

std::vector<ReadTaint> facts_of(const std::vector<std::string>& taints) {
  std::vector<ReadTaint> out;
  for (const std::string& taint : taints) {
    if (disturbance_of(taint)) continue;
    ReadTaint fact = read_taint(taint);
    if (std::none_of(out.begin(), out.end(), [&](const ReadTaint& f) { return f.says == fact.says; }))
      out.push_back(std::move(fact));
  }
  return out;
}

}  // namespace cnnbench
