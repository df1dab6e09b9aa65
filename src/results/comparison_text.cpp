// A comparison for people, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const Compared& c, std::size_t width) {
  const std::string interval =
      c.ratio.interval ? fmt::format("{:.3f} to {:.3f}", c.ratio.interval->low, c.ratio.interval->high) : "unknown";
  const std::string p = c.ratio.interval ? fmt::format("{:.2g}", c.ratio.p) : "-";
  return fmt::format("{:<{}} | {:>9} | {:>9} | {:>6.3f}x | {:>14} | {:>8} | {}{}{}\n", safe_text(c.label), width,
                     speed_text(median(c.base->samples_ips)), speed_text(median(c.other->samples_ips)), c.ratio.value, interval, p,
                     name_of(c.finding), c.why.empty() ? "" : ": ", safe_text(c.why));
}

// A fact that differs in all cells is one line.
std::string differences(const std::vector<Compared>& cells) {
  std::vector<std::string> facts;
  std::map<std::string, std::size_t> times;
  for (const Compared& c : cells) {
    add_distinct(facts, c.differs);
    for (const std::string& fact : c.differs) ++times[fact];
  }
  std::string text;
  for (const std::string& fact : facts) {
    const std::size_t n = times[fact];
    text += fmt::format("differs: {}{}\n", safe_text(fact), n == cells.size() ? "" : fmt::format(" (in {} of {} cells)", n, cells.size()));
  }
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const std::string& base, const std::string& other) {
  std::size_t width = 4;
  for (const Compared& c : comparison.cells) width = std::max(width, c.label.size());
  std::string text = fmt::format("base: {}\n", safe_text(base));
  if (!other.empty()) text += fmt::format("new:  {}\n", safe_text(other));
  // Of a sweep: which of its cells is the base.
  if (other.empty()) {
    std::vector<std::string> bases;
    for (const Compared& c : comparison.cells) add_distinct(bases, {cell_label(*c.base)});
    for (const std::string& label : bases) text += fmt::format("against: {}\n", safe_text(label));
  }
  text += fmt::format("{:<{}} | {:>9} | {:>9} | {:>7} | {:>14} | {:>8} | {}\n{:-<{}}\n", "cell", width, "base", "new", "ratio",
                      "95 % interval", "p", "finding", "", width + 70);
  for (const Compared& c : comparison.cells) text += line(c, width);
  for (const std::string& cell : comparison.unmatched) text += fmt::format("no partner: {}\n", safe_text(cell));
  text += differences(comparison.cells);
  std::optional<double> floor;
  for (const Compared& c : comparison.cells)
    if (c.floor_pct) floor = std::max(floor.value_or(0), *c.floor_pct);
  if (floor) text += fmt::format("noise floor: sessions of one machine differ by up to {:.1f} % (bench --aa); a smaller difference is unsure\n", *floor);
  std::vector<std::string> taints;
  for (const Compared& c : comparison.cells) add_distinct(taints, c.taints);
  for (const std::string& taint : taints) text += fmt::format("note: {}\n", safe_text(taint));
  if (comparison.geometric_mean)
    text += fmt::format("geometric mean of {} ratios: {:.3f}x", comparison.cells.size(), *comparison.geometric_mean);
  else
    text += "no cell is in both";
  return text;
}

Json to_json(const Comparison& comparison) {
  const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  const auto low = [&](const std::optional<Interval>& i) { return i ? Json(i->low) : Json(nullptr); };
  const auto high = [&](const std::optional<Interval>& i) { return i ? Json(i->high) : Json(nullptr); };
  Json cells = Json::array();
  for (const Compared& c : comparison.cells)
    cells.push_back({{"cell", c.label},
                     {"base_median_ips", median(c.base->samples_ips)},
                     {"new_median_ips", median(c.other->samples_ips)},
                     {"base_n", c.base->samples_ips.size()},
                     {"new_n", c.other->samples_ips.size()},
                     {"ratio", c.ratio.value},
                     {"ci_low", low(c.ratio.interval)},
                     {"ci_high", high(c.ratio.interval)},
                     {"p", c.ratio.interval ? Json(c.ratio.p) : Json(nullptr)},
                     {"decided_low", low(c.certain)},
                     {"decided_high", high(c.certain)},
                     {"noise_floor_pct", number(c.floor_pct)},
                     {"finding", std::string(name_of(c.finding))},
                     {"why", c.why},
                     {"differs", c.differs},
                     {"taints", c.taints}});
  return {{"cells", std::move(cells)}, {"unmatched", comparison.unmatched}, {"geometric_mean", number(comparison.geometric_mean)}};
}

}  // namespace cnnbench
