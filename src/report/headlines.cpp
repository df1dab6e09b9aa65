// The report in words: what was fastest, what holds it back, what to do.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/measure/ratio.hpp"
#include "effect_words.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

// Advice that was measured, or predicted from this row's own figures; there is no other (docs/measuring.md).
std::string remedy_of(const Row& row) {
  if (row.remedy.empty() || !known(row.predicted_ips)) return "";
  const std::string predicted = fmt::format("{} images/s", figure(row.predicted_ips));
  if (known(row.remedy_ips))
    return fmt::format("Measured with --set {}: {} images/s ({} were predicted).", row.remedy, figure(row.remedy_ips), predicted);
  return fmt::format("Remedy: --set {} (predicted, not measured: {}).", row.remedy, predicted);
}

std::string speed_of(const Row& row) {
  std::string text = figure(row.median_ips) + " images/s";
  if (known(row.ci_low_ips) && known(row.ci_high_ips))
    return text +
           fmt::format(" (95 % interval {}, n = {})", interval_text(Interval{*row.ci_low_ips, *row.ci_high_ips}), row.repetitions);
  return text + (row.repetitions == 1 ? " (one run: uncertainty unknown)" : "");
}

// Whether the fastest is really faster than the next machine.
std::string lead_of(const Catalogue& all, std::size_t work, const Placed& best) {
  const Placed* next = nullptr;
  for (std::size_t s = 0; s < all.series.size(); ++s) {
    const Placed* p = s == best.series ? nullptr : all.fastest(work, s);
    if (p && (!next || *p->row->median_ips > *next->row->median_ips)) next = p;
  }
  if (!next || !(*next->row->median_ips > 0)) return "";
  const Ratio ratio = ratio_of(next->row->samples_ips, best.row->samples_ips);
  const std::string times = fmt::format("{} times {}'s {} images/s", figure(*best.row->median_ips / *next->row->median_ips),
                                        all.series[next->series].label, figure(next->row->median_ips));
  const std::string interval = ratio.interval ? fmt::format(" (95 % interval of the ratio {})", interval_text(ratio.interval)) : "";
  return fmt::format("That is {}{}; {}.", times, interval, effect_text(ratio.interval, 1, no_effect_share));
}

Headline headline_of(const Catalogue& all, std::size_t work, const Placed& best) {
  const Row& row = *best.row;
  Headline out{.work = all.works[work], .lines = {}};
  out.lines.push_back(fmt::format("Fastest: {} on {} ({}; {}).", speed_of(row), all.series[best.series].label, settings_of(row),
                                  place_name(best.place)));
  for (const std::string& text :
       {lead_of(all, work, best), row.verdict.empty() ? "" : fmt::format("Verdict: {}.", row.verdict), remedy_of(row)})
    if (!text.empty()) out.lines.push_back(text);
  for (const std::string& remark : remarks(row)) out.lines.push_back("Note: " + remark + ".");
  return out;
}

}  // namespace

std::vector<Headline> headlines(const Catalogue& all) {
  constexpr std::size_t most = 8;
  std::vector<Headline> out;
  std::size_t left_out = 0;
  for (std::size_t work = 0; work < all.works.size(); ++work) {
    const Placed* best = nullptr;
    for (std::size_t s = 0; s < all.series.size(); ++s)
      if (const Placed* p = all.fastest(work, s); p && (!best || *p->row->median_ips > *best->row->median_ips)) best = p;
    if (!best) continue;
    if (out.size() < most)
      out.push_back(headline_of(all, work, *best));
    else
      ++left_out;
  }
  if (out.empty())
    out.push_back({"No speed was measured", {"Every cell failed, or has no number: the table of every cell says why."}});
  if (left_out > 0) out.push_back({fmt::format("{} more networks", left_out), {"Their figures are in the tables."}});
  return out;
}

}  // namespace cnnbench::report
