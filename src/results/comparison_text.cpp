// A comparison for people, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cnnbench/core/document.hpp"
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
    for (const Compared& c : comparison.cells) add_distinct(bases, {c.base_label});
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

template <>
struct Fields<Compared> {
  static constexpr std::string_view name = "compared", text = "One cell on both sides.";
  static void of(auto& c, auto&& field) {
    const std::vector<double> none;
    const std::vector<double>&base = c.base ? c.base->samples_ips : none, &other = c.other ? c.other->samples_ips : none;
    const auto low = [](const std::optional<Interval>& i) { return i ? std::optional<double>(i->low) : std::nullopt; };
    const auto high = [](const std::optional<Interval>& i) { return i ? std::optional<double>(i->high) : std::nullopt; };
    field("cell", c.label, "What was asked for.");
    field("base_median_ips", median_of(base), "Images per second.", not_negative);
    field("new_median_ips", median_of(other), "Images per second.", not_negative);
    field("base_n", base.size(), "Repetitions.", not_negative);
    field("new_n", other.size(), "Repetitions.", not_negative);
    field("ratio", double{c.ratio.value}, "new / base.", not_negative);
    field("ci_low", low(c.ratio.interval), "95 % interval of the ratio, of the samples alone. null: too few repetitions.");
    field("ci_high", high(c.ratio.interval), "Its other end.");
    field("p", c.ratio.interval ? std::optional<double>(c.ratio.p) : std::nullopt,
          "Of the test that the two are equal. null: too few repetitions.", share);
    field("decided_low", low(c.certain), "The interval with what disturbances may have cost and with the noise floor: what is decided by.");
    field("decided_high", high(c.certain), "Its other end.");
    field("noise_floor_pct", c.floor_pct, "That was applied. null: none.", not_negative);
    field("finding", c.finding, "Of new against base.");
    field("why", c.why, "Of unsure; else empty.");
    field("differs", c.differs, "Facts in which the two differ.");
    field("taints", c.taints, "Of both.");
  }
};

template <>
struct Fields<Comparison> {
  static constexpr std::string_view name = "comparison", text = "Two sets of results, cell by cell.";
  static void of(auto& c, auto&& field) {
    field("cells", c.cells, "Those on both sides.");
    field("unmatched", c.unmatched, "What was asked for in cells that only one side has.");
    field("geometric_mean", c.geometric_mean, "Of the cells' ratios. null: no cell is on both sides.", not_negative);
    field("base", c.base, "As it was named.");
    field("new", c.other, "As it was named.");
  }
};

namespace {

struct Comparisons {
  std::vector<Comparison> comparisons;
};

}  // namespace

template <>
struct Fields<Comparisons> {
  static constexpr std::string_view name = "compare", text = "Results compared with one base.";
  static constexpr int version = 1;
  static void of(auto& c, auto&& field) { field("comparisons", c.comparisons, "One for each result after the base."); }
};

Json comparisons_json(const std::vector<Comparison>& comparisons) { return document(Comparisons{comparisons}); }
Json comparisons_schema() { return document_schema<Comparisons>("cnnbench compare --json"); }

}  // namespace cnnbench
