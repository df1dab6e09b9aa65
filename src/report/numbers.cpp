#include "cnnbench/report/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/grouped.hpp"

namespace cnnbench::report {
namespace {

int decimals_for(double value) {
  const double size = std::abs(value);
  return size >= 999.5 ? 0 : size >= 99.95 ? 1 : size >= 9.995 ? 2 : size >= 0.9995 ? 3 : 4;
}

}  // namespace

std::optional<double> known(std::optional<double> value) { return value && std::isfinite(*value) ? value : std::nullopt; }

std::string fixed(std::optional<double> value, int decimals) {
  if (!known(value)) return missing;
  if (std::abs(*value) >= 1e15) return fmt::format("{:.3e}", *value);
  return grouped(fmt::format("{:.{}f}", *value, decimals));
}

std::string figure(std::optional<double> value) {
  if (!known(value)) return missing;
  if (*value == 0) return "0";
  if (std::abs(*value) < 0.001) return fmt::format("{:.2e}", *value);
  return fixed(value, decimals_for(*value));
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{} to {}", figure(interval->low), figure(interval->high)) : missing;
}

}  // namespace cnnbench::report
