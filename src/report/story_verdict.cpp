#include "story_verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cnnbench/measure/proportion.hpp"
#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/results/table_text.hpp"
#include "effect_words.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

constexpr double near_share = 0.15, near_points = 3;  // what still agrees: docs/story.md

bool in_points(const Claim& c) { return c.kind == FigureKind::difference || c.unit == "%"; }
bool two_sided(const Claim& c) { return c.kind == FigureKind::ratio || c.kind == FigureKind::difference; }

std::string claimed_text(const Claim& c) {
  const auto one = [&](double x) {
    return c.kind == FigureKind::difference ? fmt::format("{:+g}", x) : std::abs(x) < 1000 ? fmt::format("{:g}", x) : figure(x);
  };
  return c.figure->low == c.figure->high ? one(c.figure->low) : fmt::format("{} to {}", one(c.figure->low), one(c.figure->high));
}

std::string unit_text(const Claim& c) { return c.unit == "%" ? " %" : " " + c.unit; }

// From where to where a figure agrees with the claimed one.
Interval claimed_band(const Claim& c) {
  const auto slack = [&](double claimed) {
    return in_points(c) ? c.within.value_or(near_points) : c.within.value_or(near_share) * std::abs(claimed);
  };
  return {c.figure->low - slack(c.figure->low), c.figure->high + slack(c.figure->high)};
}

bool apart(const Interval& a, const Interval& b) { return a.high < b.low || b.high < a.low; }
bool within(const Interval& inner, const Interval& outer) { return outer.low <= inner.low && inner.high <= outer.high; }

double neutral_of(const Claim& c) { return c.kind == FigureKind::ratio ? 1 : 0; }
double no_effect_of(const Claim& c) { return c.kind == FigureKind::ratio ? no_effect_share : no_effect_points; }

std::string sentence(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + ".";
}

Assessment of_value(const Claim& c, const Measured& m) {
  const Interval here = m.interval.value_or(Interval{m.figure, m.figure}), claimed = claimed_band(c);
  const std::string figures = claimed_text(c) + unit_text(c);
  if (!m.interval && !m.single)
    return {Agreement::not_shown, fmt::format("One repetition has no interval; the story's was {}.", figures)};
  if (within(here, claimed)) return {Agreement::agrees, fmt::format("About the story's {}.", figures)};
  if (!apart(here, claimed))
    return {Agreement::not_shown,
            fmt::format("The interval reaches from what agrees with the story's {} to what does not.", figures)};
  const bool above = here.low > claimed.high;
  const double nearest = above ? c.figure->high : c.figure->low;
  const Agreement agreement = above ? Agreement::higher : Agreement::lower;
  if (in_points(c))
    return {agreement, fmt::format("{} points {} than the story's {}.", fixed(std::abs(m.figure - nearest), 1),
                                   above ? "more" : "less", figures)};
  return {agreement, nearest > 0 ? fmt::format("{} times the story's {}.", figure(m.figure / nearest), figures)
                                 : fmt::format("The story's was {}.", figures)};
}

// What the story told of an effect's direction; unsure: nothing.
Effect claimed_effect(const Claim& c) {
  if (c.figure && c.figure->low > neutral_of(c)) return Effect::above;
  if (c.figure && c.figure->high < neutral_of(c)) return Effect::below;
  if (c.figure) return Effect::none;
  return c.expected == Expected::more ? Effect::above : c.expected == Expected::less ? Effect::below : Effect::unsure;
}

// The story told that two things are about the same.
Assessment of_equality(const Claim& c, const Measured& m, const std::string& shown) {
  const std::string figures = claimed_text(c) + unit_text(c);
  if (!m.interval) return {Agreement::not_shown, shown};
  if (within(*m.interval, claimed_band(c))) return {Agreement::agrees, fmt::format("As in the story: about {}.", figures)};
  if (apart(*m.interval, claimed_band(c))) return {Agreement::differs, fmt::format("{} The story's was {}.", shown, figures)};
  return {Agreement::not_shown, fmt::format("The interval reaches from the story's {} to what is not.", figures)};
}

Assessment of_effect(const Claim& c, const Measured& m) {
  const Effect here = effect_of(m.interval, neutral_of(c), no_effect_of(c)), claimed = claimed_effect(c);
  const std::string shown = sentence(effect_text(m.interval, neutral_of(c), no_effect_of(c)));
  if (claimed == Effect::none) return of_equality(c, m, shown);
  if (claimed == Effect::unsure) return {Agreement::measured, shown};
  const std::string figures = c.figure ? claimed_text(c) + unit_text(c) : "";
  if (here == Effect::unsure) {
    const bool excluded = c.figure && m.interval && apart(*m.interval, *c.figure);
    return {Agreement::not_shown, shown + (excluded ? fmt::format(" The story's {} lies outside of it.", figures) : "")};
  }
  if (here == Effect::none) return {Agreement::differs, shown};
  if (here != claimed) return {Agreement::differs, "Here it is the other way round."};
  if (!c.figure) return {Agreement::agrees, "As the story told it."};
  if (claimed_band(c).contains(m.figure) || !apart(*m.interval, *c.figure))
    return {Agreement::agrees, fmt::format("As in the story ({}).", figures)};
  const bool larger = (here == Effect::above) == (m.figure > c.figure->high);
  return {Agreement::direction,
          fmt::format("The same direction, with a {} effect than the story's {}.", larger ? "larger" : "smaller", figures)};
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

// Of two shares over counted pictures, or of the medians of seeds: Mann and Whitney's test inverted, which ratio_of does for
// ratios.
std::optional<Interval> difference_of(const Evidence& of, const Evidence& to) {
  if (of.count > 0 && to.count > 0) return difference_interval({*of.value, of.count}, {*to.value, to.count});
  const auto raised = [](std::vector<double> values) {
    for (double& v : values) v = std::exp(v);
    return values;
  };
  const std::optional<Interval> ratio = ratio_of(raised(to.samples), raised(of.samples)).interval;
  return ratio ? std::optional(Interval{std::log(ratio->low), std::log(ratio->high)}) : std::nullopt;
}

// " (95 % interval 0.9 to 1.5, n = 4 and 4)", " (95 % interval 59 to 86, 2 seeds from 72 to 74)"
std::string spread_text(const Claim& c, const Measured& m, const Evidence& of, const Evidence& to) {
  std::vector<std::string> parts;
  if (m.interval) parts.push_back("95 % interval " + interval_text(m.interval));
  if (two_sided(c) && !of.samples.empty()) parts.push_back(fmt::format("n = {} and {}", of.samples.size(), to.samples.size()));
  if (two_sided(c) && of.count > 0) parts.push_back(fmt::format("{} and {} pictures", fixed(of.count, 0), fixed(to.count, 0)));
  if (!two_sided(c) && of.speeds) parts.push_back(fmt::format("n = {}", of.samples.size()));
  if (!two_sided(c) && !of.speeds && !of.samples.empty()) {
    const auto [low, high] = std::minmax_element(of.samples.begin(), of.samples.end());
    parts.push_back(of.samples.size() == 1 ? "n = 1"
                                           : fmt::format("{} seeds from {} to {}", of.samples.size(), figure(c.factor * *low),
                                                         figure(c.factor * *high)));
  }
  return parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

}  // namespace

std::optional<Measured> measured_of(const Claim& c, const Evidence& of, const Evidence& to) {
  if (!of.value || (two_sided(c) && !to.value)) return std::nullopt;
  switch (c.kind) {
    case FigureKind::ratio:
      if (!(*to.value > 0)) return std::nullopt;
      return Measured{.figure = *of.value / *to.value, .interval = ratio_of(to.samples, of.samples).interval};
    case FigureKind::difference: {
      Measured m{.figure = c.factor * (*of.value - *to.value), .interval = difference_of(of, to)};
      if (m.interval) m.interval = Interval{c.factor * m.interval->low, c.factor * m.interval->high};
      return m;
    }
    case FigureKind::hours: {
      if (!(*of.value > 0)) return std::nullopt;
      const auto hours = [&](double speed) { return c.factor / speed / 3600; };
      Measured m{.figure = hours(*of.value), .interval = {}, .single = of.samples.empty()};
      if (of.interval && of.interval->low > 0) m.interval = Interval{hours(of.interval->high), hours(of.interval->low)};
      return m;
    }
    default:
      break;
  }
  Measured m{.figure = c.factor * *of.value, .interval = {}, .single = of.samples.empty()};
  if (of.interval) m.interval = Interval{c.factor * of.interval->low, c.factor * of.interval->high};
  return m;
}

std::string here_of(const Claim& c, const Measured& m, const Evidence& of, const Evidence& to) {
  const std::string unit = unit_text(c);
  const bool difference = c.kind == FigureKind::difference;
  const std::string each = difference ? " %" : of.speeds ? " images/s" : "";
  const double factor = difference ? c.factor : 1;
  std::string tail;
  if (two_sided(c)) tail = fmt::format(": {} against {}{}", figure(factor * *of.value), figure(factor * *to.value), each);
  if (c.kind == FigureKind::hours) tail = fmt::format(", at {} images/s", figure(*of.value));
  const std::string number = difference ? fmt::format("{:+.1f}", m.figure) : figure(m.figure);
  return number + unit + spread_text(c, m, of, to) + tail;
}

std::string settings_of(const Claim& c, const Evidence& of, const Evidence& to) {
  if (!two_sided(c) || of.settings == to.settings) return of.settings;
  return of.settings.empty() || to.settings.empty() ? joined(of.settings, to.settings)
                                                    : fmt::format("{} against {}", of.settings, to.settings);
}

Assessment assess(const Claim& c, const Measured& m) {
  if (two_sided(c)) return of_effect(c, m);
  if (!c.figure) return {Agreement::measured, "The story told no figure."};
  return of_value(c, m);
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
