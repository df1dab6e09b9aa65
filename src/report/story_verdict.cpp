#include "story_verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/results/table_text.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

// What still agrees, and what is no effect where no interval says so: docs/story.md.
constexpr double near_share = 0.15, near_points = 3, no_effect_share = 0.03, no_effect_points = 0.5;

bool in_points(const Claim& c) { return c.kind == FigureKind::difference || c.unit == "%"; }
bool two_sided(const Claim& c) { return c.kind == FigureKind::ratio || c.kind == FigureKind::difference; }

std::string told_text(const Claim& c) {
  const auto one = [&](double x) {
    return c.kind == FigureKind::difference ? fmt::format("{:+g}", x) : std::abs(x) < 1000 ? fmt::format("{:g}", x) : figure(x);
  };
  return c.figure->low == c.figure->high ? one(c.figure->low) : fmt::format("{} to {}", one(c.figure->low), one(c.figure->high));
}

std::string unit_text(const Claim& c) { return c.unit == "%" ? " %" : " " + c.unit; }

bool near_enough(const Claim& c, double x) {
  const auto slack = [&](double told) {
    return in_points(c) ? c.within.value_or(near_points) : c.within.value_or(near_share) * std::abs(told);
  };
  return x >= c.figure->low - slack(c.figure->low) && x <= c.figure->high + slack(c.figure->high);
}

// -1, 0 (no effect, as far as this shows), 1
int direction_of(const Claim& c, const Measured& m) {
  const double neutral = c.kind == FigureKind::ratio ? 1 : 0;
  const double away = m.figure - neutral;
  const bool none = c.kind == FigureKind::ratio && m.interval
                        ? m.interval->contains(neutral)
                        : std::abs(away) < (c.kind == FigureKind::ratio ? no_effect_share : no_effect_points);
  return none ? 0 : away > 0 ? 1 : -1;
}

Standing of_absolute(const Claim& c, double x) {
  if (near_enough(c, x)) return {Agreement::agrees, fmt::format("About the story's {}{}.", told_text(c), unit_text(c))};
  const bool above = x > c.figure->high;
  const double nearest = above ? c.figure->high : c.figure->low;
  const Agreement agreement = above ? Agreement::higher : Agreement::lower;
  if (in_points(c))
    return {agreement, fmt::format("{} points {} than the story's {}{}.", fixed(std::abs(x - nearest), 1), above ? "more" : "less",
                                   told_text(c), unit_text(c))};
  return {agreement, nearest > 0 ? fmt::format("{} times the story's {}{}.", figure(x / nearest), told_text(c), unit_text(c))
                                 : fmt::format("The story's was {}{}.", told_text(c), unit_text(c))};
}

Standing of_effect(const Claim& c, const Measured& m) {
  const double neutral = c.kind == FigureKind::ratio ? 1 : 0;
  const int here = direction_of(c, m);
  const int told = c.figure                       ? (c.figure->low > neutral    ? 1
                                                     : c.figure->high < neutral ? -1
                                                                                : 0)
                   : c.expected == Expected::more ? 1
                   : c.expected == Expected::less ? -1
                                                  : 0;
  if (c.figure && near_enough(c, m.figure))
    return {Agreement::agrees, fmt::format("As in the story ({}{}).", told_text(c), unit_text(c))};
  if (told == 0 && !c.figure)
    return {Agreement::measured, here == 0  ? "No effect that these repetitions show."
                                 : here > 0 ? "It helps here."
                                            : "It makes it slower here."};
  if (here == 0) return {Agreement::differs, "There is no effect here that these repetitions show."};
  if (here != told) return {Agreement::differs, "Here it is the other way round."};
  if (!c.figure) return {Agreement::agrees, "As the story told it."};
  const double effect_here = c.kind == FigureKind::ratio ? std::abs(std::log(std::max(m.figure, 1e-300))) : std::abs(m.figure);
  const double told_middle = told > 0 ? c.figure->high : c.figure->low;
  const double effect_told =
      c.kind == FigureKind::ratio ? std::abs(std::log(std::max(told_middle, 1e-300))) : std::abs(told_middle);
  return {Agreement::direction, fmt::format("The same direction, with a {} effect than the story's {}{}.",
                                            effect_here > effect_told ? "larger" : "smaller", told_text(c), unit_text(c))};
}

void limit_reason(const Claim& c, const Evidence& base, std::vector<std::string>& out) {
  if (c.then.limit.empty() || base.verdict.empty() || base.verdict.starts_with(c.then.limit)) return;
  out.push_back(fmt::format("the story's run was {}, this one is {}", c.then.limit, base.verdict));
}

void device_reason(const Claim& c, const Evidence& e, std::vector<std::string>& out) {
  if (c.then.device.empty() || e.device.empty() || e.device.starts_with(c.then.device)) return;
  out.push_back(fmt::format("the story's ran on {}, this on {}", c.then.device == "cpu" ? "a processor" : "a GPU",
                            e.device == "cpu" ? fmt::format("a processor ({})", e.processor) : e.processor));
}

}  // namespace

std::optional<Measured> measured_of(const Claim& c, const Evidence& of, const Evidence& to) {
  if (!of.value || (two_sided(c) && !to.value)) return std::nullopt;
  switch (c.kind) {
    case FigureKind::ratio: {
      if (!(*to.value > 0)) return std::nullopt;
      if (!of.speeds || !to.speeds) return Measured{*of.value / *to.value};
      return Measured{*of.value / *to.value, ratio_of(to.samples, of.samples).interval};
    }
    case FigureKind::difference:
      return Measured{c.factor * (*of.value - *to.value)};
    case FigureKind::hours:
      return *of.value > 0 ? std::optional(Measured{c.factor / *of.value / 3600}) : std::nullopt;
    default:
      break;
  }
  Measured m{c.factor * *of.value};
  if (of.interval) m.interval = Interval{c.factor * of.interval->low, c.factor * of.interval->high};
  return m;
}

std::string here_of(const Claim& c, const Measured& m, const Evidence& of, const Evidence& to) {
  const std::string unit = unit_text(c);
  const double factor = c.kind == FigureKind::difference ? c.factor : 1;
  const std::string each = c.kind == FigureKind::difference ? " %" : " images/s";
  const std::string sides = two_sided(c) ? fmt::format(": {} against {}{}", figure(factor * *of.value), figure(factor * *to.value),
                                                       of.speeds || c.kind == FigureKind::difference ? each : "")
                                         : "";
  if (c.kind == FigureKind::hours) return fmt::format("{}{}, at {} images/s", figure(m.figure), unit, figure(*of.value));
  if (c.kind == FigureKind::difference) return fmt::format("{:+.1f}{}{}", m.figure, unit, sides);
  std::string spread;
  if (m.interval) spread = fmt::format(" ({}{})", of.speeds ? "95 % interval " : "seeds from ", interval_text(m.interval));
  if (!m.interval && of.samples.size() == 1) spread = " (n = 1)";
  return figure(m.figure) + unit + spread + sides;
}

std::string settings_of(const Claim& c, const Evidence& of, const Evidence& to) {
  if (!two_sided(c) || of.settings == to.settings) return of.settings;
  return of.settings.empty() || to.settings.empty() ? joined(of.settings, to.settings)
                                                    : fmt::format("{} against {}", of.settings, to.settings);
}

Standing standing_of(const Claim& c, const Measured& m) {
  if (two_sided(c)) return of_effect(c, m);
  if (!c.figure) return {Agreement::measured, "The story told no figure."};
  return of_absolute(c, m.figure);
}

std::vector<std::string> reasons_of(const Claim& c, const Evidence& of, const Evidence& to) {
  const Evidence& base = two_sided(c) ? to : of;  // what the effect starts from
  std::vector<std::string> out;
  if (c.then.machine.empty())
    device_reason(c, base, out);
  else
    out.push_back(fmt::format("the story's machine: {}; this one: {}{}", c.then.machine, base.processor,
                              base.cores > 0 ? ", " + count_text(base.cores, "core") : ""));
  if (c.then.cores && base.cores > 0 && base.cores != static_cast<int>(*c.then.cores))
    out.push_back(fmt::format("{} here, {} in the story", count_text(base.cores, "core"), fixed(c.then.cores, 0)));
  limit_reason(c, base, out);
  if (of.cores > 0 && of.workers > of.cores)
    out.push_back(fmt::format("{} workers share {} here", of.workers, count_text(of.cores, "core")));
  if (c.then.pictures && base.pictures && *base.pictures != *c.then.pictures)
    out.push_back(fmt::format("trained on {} pictures, the story's on {}", fixed(base.pictures, 0), fixed(c.then.pictures, 0)));
  if (c.then.epochs && base.epochs && *base.epochs != *c.then.epochs)
    out.push_back(fmt::format("{}, the story's had {}", count_text(std::llround(*base.epochs), "epoch"), fixed(c.then.epochs, 0)));
  if (base.drawn) out.push_back("the pictures were drawn, no photographs");
  return out;
}

}  // namespace cnnbench::report
