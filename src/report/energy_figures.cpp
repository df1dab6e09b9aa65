// Images per joule of whatever knows its energy.
#include <fmt/format.h>

#include "figures.hpp"

namespace cnnbench::report {
std::vector<Figure> energy_figures(const Catalogue& all) {
  Notes notes;
  BarChart chart{.title = "Images per joule", .unit = "images/J of the device that trained"};
  Table table{.caption = "Energy of the device that trained, while it trained",
              .columns = {{"cell"},
                          {"images/J", true},
                          {"joules", true},
                          {"images/s", true},
                          {"GPU W", true},
                          {"n", true},
                          {"method"},
                          {"where"},
                          {"notes"}},
              .rows = {}};
  for (const Placed& p : all.rows) {
    const Row& r = *p.row;
    if (!known(r.images_per_j)) continue;
    const std::string label = fmt::format("{} on {}: {}", all.works[p.work], all.series[p.series].label, settings_of(r));
    const std::string marks = notes.marks(r.taints);
    table.rows.push_back({{label},
                          number(r.images_per_j),
                          number(r.energy_j),
                          number(r.median_ips),
                          number(r.gpu_power_w),
                          number(r.repetitions, 0),
                          {r.energy_method.value_or(missing)},
                          {place_name(p.place)},
                          {marks}});
    if (leads(all, p, [](const Row& row) { return row.images_per_j; }) && chart.groups.size() < most_groups)
      chart.groups.push_back({.label = label, .bars = {{.value = known(r.images_per_j), .remark = marks}}});
  }
  if (table.rows.empty()) return {};
  table.notes = notes.all();
  return {{ChartKind::energy,
           "Energy",
           "Median of the repetitions, without an interval. Of a grid, the cell with the most images per joule is drawn. A GPU's "
           "figure holds nothing of the host, a CPU's nothing but its "
           "packages: "
           "compare like with like.",
           {chart},
           table}};
}

}  // namespace cnnbench::report
