#include "cnnbench/report/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/report/numbers.hpp"

namespace cnnbench::report {
namespace {

// Heckbert, Nice Numbers for Graph Labels, Graphics Gems, 1990; rounded up, so that there are never more ticks than asked for.
double nice_step(double span, std::size_t ticks) {
  const double rough = span / static_cast<double>(std::max<std::size_t>(ticks, 1));
  const double unit = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0})
    if (rough <= step * unit * (1 + 1e-9)) return step * unit;
  return 10 * unit;
}

// By counting, not by adding: no sum of rounding errors, and no end that is never reached.
std::vector<double> linear_ticks(Interval domain, double step) {
  std::vector<double> out;
  const double first = std::ceil(domain.low / step - 1e-9);
  for (int i = 0; i < 50; ++i) {
    const double tick = (first + i) * step;
    if (tick > domain.high + step * 1e-9) break;
    out.push_back(tick);
  }
  return out;
}

Scale linear(Interval domain, std::size_t ticks) {
  if (!(domain.high > domain.low) || !std::isfinite(domain.high - domain.low)) domain = {domain.low, domain.low + 1};
  const double step = nice_step(domain.high - domain.low, ticks);
  if (!(step > 0) || !std::isfinite(step)) return {.domain = domain, .ticks = {domain.low, domain.high}};
  return {.domain = domain, .ticks = linear_ticks(domain, step)};
}

Scale logarithmic(Interval domain, std::size_t ticks) {
  Scale scale{.domain = domain, .logarithmic = true};
  const double decades = std::round(std::log10(domain.high / domain.low));
  const double skip = std::max(1.0, std::ceil(decades / static_cast<double>(std::max<std::size_t>(ticks, 1))));
  const double first = std::round(std::log10(domain.low));
  for (double at = 0; at <= decades; at += skip) scale.ticks.push_back(std::pow(10, first + at));
  return scale;
}

std::vector<double> finite(const std::vector<double>& values) {
  std::vector<double> out;
  std::copy_if(values.begin(), values.end(), std::back_inserter(out),
               [](double v) { return std::isfinite(v) && std::abs(v) < 1e300; });
  return out;
}

}  // namespace

double Scale::share(double value) const {
  const double at = logarithmic ? (value > 0 ? std::log(value / domain.low) / std::log(domain.high / domain.low) : 0)
                                : (value - domain.low) / (domain.high - domain.low);
  return std::isnan(at) ? 0 : std::clamp(at, 0.0, 1.0);
}

Scale bar_scale(const std::vector<double>& values, std::size_t ticks) {
  std::vector<double> positive = finite(values);
  std::erase_if(positive, [](double v) { return !(v > 1e-300); });
  if (positive.empty()) return linear({0, 1}, ticks);
  const auto [least, most] = std::minmax_element(positive.begin(), positive.end());
  if (*most / *least <= log_beyond) return linear({0, *most}, ticks);
  // Half a decade and more below the smallest bar, so that it has a length.
  const double low = std::pow(10, std::floor(std::log10(*least) - 0.3)), high = std::pow(10, std::ceil(std::log10(*most)));
  return logarithmic({low, high}, ticks);
}

Scale line_scale(const std::vector<double>& values, std::size_t ticks) {
  const std::vector<double> all = finite(values);
  if (all.empty()) return linear({0, 1}, ticks);
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  const double margin = *most > *least ? 0 : std::max(std::abs(*most) * 0.1, 0.5);
  const double low = *least - margin, high = *most + margin, step = nice_step(high - low, ticks);
  if (!(step > 0) || !std::isfinite(step)) return linear({low, high}, ticks);
  return linear({std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step}, ticks);
}

Scale fixed_scale(Interval domain, std::size_t ticks) { return linear(domain, ticks); }

std::string tick_label(double value, const Scale& scale) {
  if (scale.logarithmic)
    return value >= 1 && value < 1e7    ? fixed(value, 0)
           : value >= 1e-4 && value < 1 ? fmt::format("{:g}", value)
                                        : fmt::format("{:.0e}", value);
  const double step = scale.ticks.size() > 1 ? scale.ticks[1] - scale.ticks[0] : std::abs(value);
  if (std::abs(value) < step * 1e-6) return "0";
  if (std::abs(value) >= 1e7 || step < 1e-5) return fmt::format("{:.3g}", value);
  return fixed(value, static_cast<int>(std::clamp(std::ceil(-std::log10(step) - 1e-9), 0.0, 6.0)));
}

}  // namespace cnnbench::report
