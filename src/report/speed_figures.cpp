// Speeds by network and machine.
#include <fmt/format.h>

#include <algorithm>

#include "figures.hpp"

namespace cnnbench::report {
namespace {

std::string left_out_text(std::size_t count, const char* what) {
  return count == 0 ? "" : fmt::format(" {} more {} are in the tables only.", count, what);
}

std::string of_cells(std::size_t count) { return count > 1 ? fmt::format("fastest of {} cells", count) : ""; }

}  // namespace

std::vector<Figure> speed_figures(const Catalogue& all) {
  Notes notes;
  BarChart chart{.title = "Training speed by network and machine", .unit = "images/s"};
  for (const Series& s : all.series) chart.series.push_back(s.label);
  if (all.series.size() == 1) chart.title = "Training speed by network on " + all.series[0].label;
  Table table{
      .caption = "Training speed by network and machine: the fastest cell of each",
      .columns = {{"network"}, {"machine"}, {"images/s", true}, {"95 % interval"}, {"n", true}, {"settings"}, {"where"}, {"notes"}},
      .rows = {}};
  std::size_t left_out = 0, bars = 0;
  for (std::size_t work = 0; work < all.works.size(); ++work) {
    BarGroup group{.label = all.works[work]};
    for (std::size_t s = 0; s < all.series.size(); ++s) {
      const Placed* best = all.fastest(work, s);
      group.bars.push_back(best ? bar_of(*best->row, notes) : Bar{});
      if (!best) continue;
      if (chart.groups.size() < most_groups) ++bars;
      const Row& row = *best->row;
      table.rows.push_back(
          {{all.works[work]},
           {all.series[s].label},
           number(row.median_ips),
           {interval_cell(row)},
           number(row.repetitions, 0),
           {joined(settings_of(row), of_cells(all.of(work, s).size()).empty() ? "" : "(" + of_cells(all.of(work, s).size()) + ")")},
           {place_name(best->place)},
           {notes.marks(remarks(row))}});
    }
    if (chart.groups.size() < most_groups && (bars <= most_bars || chart.groups.empty()))
      chart.groups.push_back(std::move(group));
    else
      ++left_out;
  }
  if (table.rows.empty()) return {};
  table.notes = notes.all();
  const bool single = std::any_of(all.rows.begin(), all.rows.end(), [](const Placed& p) { return p.row->repetitions == 1; });
  std::string explanation =
      "Median of the repetitions, each a process of its own; whiskers are its 95 % interval. Of a grid, the fastest cell is shown.";
  if (single) explanation += " n = 1: one repetition has no interval, so nothing says how sure that number is.";
  explanation += left_out_text(left_out, "networks");
  return {{ChartKind::speed, "Speed", explanation, {chart}, table}};
}

}  // namespace cnnbench::report
