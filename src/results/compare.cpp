#include "cnnbench/results/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

Json identity(const Row& row) {
  Json config = row.config;
  for (const char* key : {"name", "description"}) config.erase(key);
  if (config.contains("train")) {
    config["train"].erase("seed");
    config["train"].erase("device");
  }
  // Where the pictures lie is no part of what was measured.
  if (config.contains("data")) config["data"].erase("path");
  return config;
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Why a row found no partner: the keys that differ from a base row of the same label.
std::string missing(const Row& row, const std::vector<Row>& base) {
  for (const Row& other : base) {
    if (cell_label(other) != cell_label(row)) continue;
    std::vector<std::string> keys;
    for (const Json& change : Json::diff(identity(other), identity(row))) {
      std::string key = change["path"].get<std::string>().substr(1);
      std::replace(key.begin(), key.end(), '/', '.');
      add_distinct(keys, {key});
    }
    if (!keys.empty()) return fmt::format("differs from base in {}", fmt::join(keys, ", "));
  }
  return "not in base";
}

Finding found(const Ratio& ratio, double within) {
  const Interval& i = *ratio.interval;
  if (i.low >= 1 - within && i.high <= 1 + within) return Finding::same;
  if (ratio.p < 0.05 && i.low > 1) return Finding::faster;
  if (ratio.p < 0.05 && i.high < 1) return Finding::slower;
  return Finding::unsure;
}

Compared compared(const Row& base, const Row& other, const CompareOptions& options) {
  Compared out{.label = cell_label(other), .base = &base, .other = &other, .ratio = ratio_of(base.samples_ips, other.samples_ips)};
  for (const Row* row : {&base, &other}) add_distinct(out.taints, row->taints);
  const double noise = std::max(base.noise_floor_pct.value_or(0), other.noise_floor_pct.value_or(0)) / 100;
  const double within = std::max(options.within, noise);
  if (!out.ratio.interval) {
    out.why =
        fmt::format("{} and {} repetitions prove nothing: at least 4 each", base.samples_ips.size(), other.samples_ips.size());
    if (options.force)
      out.finding = out.ratio.value > 1 + within ? Finding::faster : out.ratio.value < 1 - within ? Finding::slower : Finding::same;
  } else if (!out.taints.empty() && !options.force) {
    out.why = "tainted: " + out.taints.front();
  } else {
    out.finding = found(out.ratio, within);
    if (out.finding == Finding::unsure) out.why = "the interval is too wide: take more repetitions";
  }
  return out;
}

std::string line(const Compared& c, std::size_t width) {
  const std::string interval =
      c.ratio.interval ? fmt::format("{:.3f} to {:.3f}", c.ratio.interval->low, c.ratio.interval->high) : "no uncertainty";
  const std::string p = c.ratio.interval ? fmt::format("{:.2g}", c.ratio.p) : "-";
  return fmt::format("{:<{}} | {:>9} | {:>9} | {:>6.3f}x | {:>14} | {:>8} | {}{}{}\n", safe_text(c.label), width,
                     speed_text(median(c.base->samples_ips)), speed_text(median(c.other->samples_ips)), c.ratio.value, interval, p,
                     name_of(c.finding), c.why.empty() ? "" : ": ", safe_text(c.why));
}

}  // namespace

std::string cell_label(const Row& row) {
  std::string text = fmt::format("{}, batch {}", row.model, row.batch_size);
  for (const auto& [name, value] : row.axes.items())
    if (name != "model.preset" && name != "loader.batch_size" && name != "train.device")
      text += fmt::format(", {}={}", name, value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

Comparison compare_rows(const std::vector<Row>& base, const std::vector<Row>& other, const CompareOptions& options) {
  Comparison out;
  std::map<std::string, std::vector<const Row*>> partners;
  for (const Row& row : base)
    if (row.status == "ok" && !row.samples_ips.empty())
      partners[text_of(identity(row))].push_back(&row);
    else
      out.unmatched.push_back(fmt::format("{} (base: {})", cell_label(row), row.error));
  double logarithms = 0;
  for (const Row& row : other) {
    const auto found = partners.find(text_of(identity(row)));
    if (row.status != "ok" || row.samples_ips.empty() || found == partners.end() || found->second.empty()) {
      out.unmatched.push_back(fmt::format("{} (new: {})", cell_label(row), row.status == "ok" ? missing(row, base) : row.error));
      continue;
    }
    out.cells.push_back(compared(*found->second.front(), row, options));
    found->second.erase(found->second.begin());
    logarithms += std::log(out.cells.back().ratio.value);
  }
  for (const auto& [key, rest] : partners)
    for (const Row* row : rest) out.unmatched.push_back(cell_label(*row) + " (base: not in new)");
  if (!out.cells.empty()) out.geometric_mean = std::exp(logarithms / static_cast<double>(out.cells.size()));
  return out;
}

bool regressed(const Compared& c, double threshold) { return c.finding == Finding::slower && c.ratio.value < 1 - threshold; }

std::string comparison_text(const Comparison& comparison, const std::string& base, const std::string& other) {
  std::size_t width = 4;
  for (const Compared& c : comparison.cells) width = std::max(width, c.label.size());
  std::string text = fmt::format("base: {}\nnew:  {}\n", safe_text(base), safe_text(other));
  text += fmt::format("{:<{}} | {:>9} | {:>9} | {:>7} | {:>14} | {:>8} | {}\n{:-<{}}\n", "cell", width, "base", "new", "ratio",
                      "95 % interval", "p", "finding", "", width + 70);
  for (const Compared& c : comparison.cells) text += line(c, width);
  for (const std::string& cell : comparison.unmatched) text += fmt::format("no partner: {}\n", safe_text(cell));
  std::vector<std::string> told;
  for (const Compared& c : comparison.cells) add_distinct(told, c.taints);
  for (const std::string& taint : told) text += fmt::format("note: {}\n", safe_text(taint));
  if (comparison.geometric_mean)
    text += fmt::format("geometric mean of {} ratios: {:.3f}x", comparison.cells.size(), *comparison.geometric_mean);
  else
    text += "no cell is in both";
  return text;
}

Json to_json(const Comparison& comparison) {
  Json cells = Json::array();
  for (const Compared& c : comparison.cells) {
    const auto& interval = c.ratio.interval;
    cells.push_back({{"cell", c.label},
                     {"base_median_ips", median(c.base->samples_ips)},
                     {"new_median_ips", median(c.other->samples_ips)},
                     {"base_n", c.base->samples_ips.size()},
                     {"new_n", c.other->samples_ips.size()},
                     {"ratio", c.ratio.value},
                     {"ci_low", interval ? Json(interval->low) : Json(nullptr)},
                     {"ci_high", interval ? Json(interval->high) : Json(nullptr)},
                     {"p", interval ? Json(c.ratio.p) : Json(nullptr)},
                     {"finding", std::string(name_of(c.finding))},
                     {"why", c.why},
                     {"taints", c.taints}});
  }
  return {{"cells", std::move(cells)},
          {"unmatched", comparison.unmatched},
          {"geometric_mean", comparison.geometric_mean ? Json(*comparison.geometric_mean) : Json(nullptr)}};
}

}  // namespace cnnbench
