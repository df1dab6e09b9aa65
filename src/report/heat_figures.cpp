// Speed by workers and batch size, a map for each network and machine whose rows vary in both.
#include <fmt/format.h>

#include "figures.hpp"

namespace cnnbench::report {

std::vector<Figure> heat_figures(const Catalogue& all) {
  std::vector<Figure> out;
  std::size_t left_out = 0;
  for (std::size_t work = 0; work < all.works.size(); ++work)
    for (std::size_t s = 0; s < all.series.size(); ++s) {
      std::map<int, std::map<int, const Placed*>> grid;  // workers, batch size -> the fastest
      std::map<int, bool> batches;
      for (const Placed* p : all.of(work, s)) {
        if (!known(p->row->median_ips)) continue;
        const Placed*& at = grid[p->row->workers][p->row->batch_size];
        if (!at || *p->row->median_ips > *at->row->median_ips) at = p;
        batches[p->row->batch_size] = true;
      }
      std::size_t filled = 0;
      for (const auto& [workers, cells] : grid) filled += cells.size();
      if (grid.size() < 2 || batches.size() < 2 || filled < 3) continue;
      if (out.size() == most_maps) {
        ++left_out;
        continue;
      }
      Notes notes;
      const std::string what = fmt::format("{} on {}", all.works[work], all.series[s].label);
      HeatChart chart{
          .title = "Workers and batch size: " + what, .unit = "images/s", .x_label = "batch size", .y_label = "workers"};
      Table table{.caption = "images/s by workers (rows) and batch size (columns): " + what, .columns = {{"workers"}}, .rows = {}};
      for (const auto& [batch, is] : batches) {
        chart.columns.push_back(std::to_string(batch));
        table.columns.push_back({fmt::format("batch {}", batch), true});
      }
      std::string where;
      for (const auto& [workers, cells] : grid) {
        chart.rows.push_back(std::to_string(workers));
        chart.cells.emplace_back();
        table.rows.push_back({{std::to_string(workers)}});
        for (const auto& [batch, is] : batches) {
          const auto found = cells.find(batch);
          const Bar bar = found == cells.end() ? Bar{} : bar_of(*found->second->row, notes);
          chart.cells.back().push_back(bar);
          table.rows.back().push_back({joined(figure(bar.value), bar.remark), bar.value});
          if (found != cells.end()) where = place_name(found->second->place);
        }
      }
      table.notes = notes.all();
      out.push_back(
          {ChartKind::heat,
           "Workers and batch size: " + what,
           fmt::format("Median images/s; darker is faster. Where cells differ in other settings too, the fastest is shown. "
                       "Measured in {}.",
                       where),
           {chart},
           table});
    }
  if (left_out > 0)
    out.back().explanation += fmt::format(" {} more maps are left out; their numbers are in the table of every cell.", left_out);
  return out;
}

}  // namespace cnnbench::report
