#include "cnnbench/report/projection_drawing.hpp"

#include <fmt/format.h>

#include "cnnbench/core/grouped.hpp"
#include "layout.hpp"

namespace cnnbench::report {

StackChart projection_chart(const Projection& p) {
  StackChart chart{.title = fmt::format("A step of several ranks: {}, {} pictures {}", p.work, p.question.batch,
                                        p.question.scaling == Scaling::weak ? "a rank" : "of all together"),
                   .unit = "ms a step",
                   .parts = {"computing", "waiting for the slowest rank", "waiting for gradients"}};
  for (const Projected& row : p.rows)
    chart.stacks.push_back({.label = fmt::format("{} {}, {:.0f} %", grouped(std::to_string(row.ranks)),
                                                 row.ranks == 1 ? "rank" : "ranks", 100 * row.efficiency),
                            .parts = {1e3 * row.compute_seconds, 1e3 * row.straggler_seconds, 1e3 * row.exposed_seconds}});
  return chart;
}

Drawing projection_drawing(const Projection& p) {
  Drawing notes{.width = wide_width};
  add_lines(notes,
            "Per cent: efficiency, the speed of all over that of one rank times their number. A model, not a measurement:", 0,
            wide_width, 2);
  for (const std::string& note : p.notes) add_lines(notes, note, 0, wide_width, 2);
  return stacked({lay_out(projection_chart(p), wide_width), notes});
}

}  // namespace cnnbench::report
