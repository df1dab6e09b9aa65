#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/numbers.hpp"
#include "layout.hpp"

namespace cnnbench::report {
namespace {

constexpr double marked_up_to = 32;  // points; more of them run into each other
constexpr double name_height = 15;

Ink ink_of(const Line& line) { return series_ink(line.colour); }

Scale y_scale(const LineChart& chart) {
  if (chart.range) return fixed_scale(*chart.range, 5);
  std::vector<double> values;
  for (const Line& line : chart.lines)
    for (const LinePoint& point : line.points)
      if (point.y) values.push_back(*point.y);
  return line_scale(values, 5);
}

Scale x_scale(const LineChart& chart, double pixels) {
  std::vector<double> values;
  for (const Line& line : chart.lines)
    for (const LinePoint& point : line.points) values.push_back(point.x);
  if (values.empty()) return fixed_scale({0, 1}, 2);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (!chart.whole_x) return fixed_scale({std::min(0.0, *least), *most}, tick_count(pixels));
  Scale scale = fixed_scale({*least - 0.5, *most + 0.5}, tick_count(pixels));
  std::erase_if(scale.ticks, [](double tick) { return std::abs(tick - std::round(tick)) > 1e-6; });
  return scale;
}

void add_y_axis(Drawing& d, const Scale& scale, const Plot& plot) {
  for (const double tick : scale.ticks) {
    const double y = plot.y1 - scale.share(tick) * (plot.y1 - plot.y0);
    d.items.emplace_back(Stroke{.points = {{plot.x0, y}, {plot.x1, y}}, .ink = Ink::grid});
    d.items.emplace_back(Words{
        .at = {plot.x0 - 6, y + 4}, .text = tick_label(tick, scale), .size = small_size, .anchor = Anchor::end, .ink = Ink::muted});
  }
}

// A stretch without gaps; a single point is seen as its marker.
void add_stretch(Drawing& d, const Line& line, const std::vector<Point>& points) {
  if (points.size() > 1) d.items.emplace_back(Stroke{.points = points, .ink = ink_of(line), .width = 2, .dashed = line.dashed});
}

void add_line(Drawing& d, const Line& line, const Scale& x, const Scale& y, const Plot& plot) {
  std::vector<Point> stretch;
  std::vector<Box> markers;
  bool alone = true;  // the point before was a gap
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    const LinePoint& point = line.points[i];
    if (!known(point.y)) {
      add_stretch(d, line, stretch);
      stretch.clear();
      alone = true;
      continue;
    }
    const Point at{plot.x0 + x.share(point.x) * (plot.x1 - plot.x0), plot.y1 - y.share(*point.y) * (plot.y1 - plot.y0)};
    stretch.push_back(at);
    const bool last = i + 1 == line.points.size() || !known(line.points[i + 1].y);
    if (static_cast<double>(line.points.size()) <= marked_up_to || (alone && last))
      markers.push_back({.x = at.x - 3,
                         .y = at.y - 3,
                         .width = 6,
                         .height = 6,
                         .ink = ink_of(line),
                         .tip = safe_text(fmt::format("{}: {} at {}", line.label, figure(*point.y), figure(point.x)))});
    alone = false;
  }
  add_stretch(d, line, stretch);
  d.items.insert(d.items.end(), markers.begin(), markers.end());
}

// Names beside the ends of their lines, pushed apart where these are close.
void add_names(Drawing& d, const LineChart& chart, const Scale& y, const Plot& plot) {
  struct Name {
    const Line* line;
    double at;
  };
  std::vector<Name> names;
  for (const Line& line : chart.lines) {
    const auto last =
        std::find_if(line.points.rbegin(), line.points.rend(), [](const LinePoint& p) { return known(p.y).has_value(); });
    if (last != line.points.rend()) names.push_back({&line, plot.y1 - y.share(*last->y) * (plot.y1 - plot.y0)});
  }
  std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.at < b.at; });
  for (std::size_t i = 1; i < names.size(); ++i) names[i].at = std::max(names[i].at, names[i - 1].at + name_height);
  for (std::size_t i = names.size(); i-- > 0;)
    names[i].at = std::min(names[i].at, i + 1 == names.size() ? plot.y1 : names[i + 1].at - name_height);
  for (const Name& name : names) {
    d.items.emplace_back(Stroke{.points = {{plot.x1 + 8, name.at}, {plot.x1 + 28, name.at}},
                                .ink = ink_of(*name.line),
                                .width = 2.5,
                                .dashed = name.line->dashed});
    const std::string full = safe_text(name.line->label);
    d.items.emplace_back(Words{.at = {plot.x1 + 33, name.at + 4},
                               .text = cut(full, small_size, d.width - plot.x1 - 33),
                               .size = small_size,
                               .full = full});
  }
}

}  // namespace

Drawing lay_out_lines(const LineChart& chart, double width) {
  Drawing d = titled(chart.title, width);
  const bool narrow = width < narrow_below;
  if (narrow) {
    std::vector<LegendEntry> legend;
    for (const Line& line : chart.lines)
      legend.push_back({.label = line.label, .ink = ink_of(line), .line = true, .dashed = line.dashed});
    add_legend(d, legend);
  }
  const Scale y = y_scale(chart);
  double left = 0, right = 0;
  for (const double tick : y.ticks) left = std::max(left, text_width(tick_label(tick, y), small_size) + 10);
  for (const Line& line : chart.lines) right = std::max(right, text_width(safe_text(line.label), small_size) + 36);
  right = narrow ? 8 : std::min(right, width * 0.3);
  d.items.emplace_back(Words{.at = {0, d.height + 10}, .text = safe_text(chart.unit), .size = small_size, .ink = Ink::muted});
  d.height += 22;
  const double height = std::max(narrow ? 170.0 : 200.0, narrow ? 0.0 : name_height * static_cast<double>(chart.lines.size()));
  const Plot plot{left, width - right, d.height, d.height + height};
  const Scale x = x_scale(chart, plot.x1 - plot.x0);
  add_y_axis(d, y, plot);
  add_x_axis(d, x, plot, chart.x_label);
  for (const Line& line : chart.lines) add_line(d, line, x, y, plot);
  if (!narrow) add_names(d, chart, y, plot);
  return d;
}

}  // namespace cnnbench::report
