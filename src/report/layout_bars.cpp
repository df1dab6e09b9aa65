#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/numbers.hpp"
#include "layout.hpp"

namespace cnnbench::report {
namespace {

constexpr double bar_height = 16;

std::string number_of(const Bar& bar) {
  const std::string remark = safe_text(bar.remark);
  return figure(bar.value) + (remark.empty() ? "" : " " + remark);
}

// Bars make the axis. A whisker of the usual length has room on it; a long one, as two repetitions give, is cut and says so.
constexpr double whisker_room = 1.25;

Scale scale_of(const BarChart& chart, double pixels) {
  std::vector<double> values;
  for (const BarGroup& group : chart.groups)
    for (const Bar& bar : group.bars)
      if (bar.value) values.push_back(*bar.value);
  const double room = values.empty() ? 0 : whisker_room * *std::max_element(values.begin(), values.end());
  for (const BarGroup& group : chart.groups)
    for (const Bar& bar : group.bars)
      if (bar.value && bar.interval && bar.interval->high <= room) values.push_back(bar.interval->high);
  return bar_scale(values, tick_count(pixels));
}

double widest_number(const BarChart& chart) {
  double width = 0;
  for (const BarGroup& group : chart.groups)
    for (const Bar& bar : group.bars) width = std::max(width, text_width(number_of(bar), text_size));
  return width;
}

// What stands beside the bars: the series, or the groups where there is one series only.
std::vector<std::string> labels_of(const BarChart& chart) {
  if (chart.series.size() > 1) return chart.series;
  std::vector<std::string> out;
  for (const BarGroup& group : chart.groups) out.push_back(group.label);
  return out;
}

double widest(const std::vector<std::string>& labels) {
  double width = 60;
  for (const std::string& label : labels) width = std::max(width, text_width(safe_text(label), text_size));
  return width;
}

// On a bar a line is seen only with some paper around it. Where the axis ends before the interval does, an arrow points on.
void add_whisker(Drawing& d, const Scale& scale, const Plot& plot, const Interval& interval, double y) {
  const auto x_of = [&](double value) { return plot.x0 + scale.share(value) * (plot.x1 - plot.x0); };
  const double low = x_of(interval.low), high = x_of(interval.high);
  for (const auto& [ink, width] : {std::pair{Ink::paper, 4.5}, std::pair{Ink::text, 1.5}}) {
    d.items.emplace_back(Stroke{.points = {{low, y}, {high, y}}, .ink = ink, .width = width});
    const auto end = [&, ink = ink, width = width](double x, double back, bool beyond) {
      std::vector<Point> points{{x, y - 5}, {x, y + 5}};
      if (beyond) points = {{x + back, y - 5}, {x, y}, {x + back, y + 5}};
      d.items.emplace_back(Stroke{.points = std::move(points), .ink = ink, .width = width});
    };
    end(low, 5, scale.logarithmic && interval.low < scale.domain.low);
    end(high, -5, interval.high > scale.domain.high * (1 + 1e-9));
  }
}

// The bar with its whisker; returns where they end.
double add_bar(Drawing& d, const Bar& bar, std::size_t series, const std::string& name, const Scale& scale, const Plot& plot,
               double y) {
  if (!known(bar.value)) return plot.x0;
  const double end = plot.x0 + std::max(1.0, scale.share(*bar.value) * (plot.x1 - plot.x0));
  const std::string tip = fmt::format("{}: {}{}", name, number_of(bar),
                                      bar.interval ? fmt::format(", {} {}", bar.interval_is, interval_text(bar.interval)) : "");
  d.items.emplace_back(Box{.x = plot.x0,
                           .y = y,
                           .width = end - plot.x0,
                           .height = bar_height,
                           .ink = series_ink(series),
                           .pattern = series_pattern(series),
                           .outlined = true,
                           .tip = safe_text(tip)});
  if (!bar.interval) return end;
  add_whisker(d, scale, plot, *bar.interval, y + bar_height / 2);
  return std::max(end, plot.x0 + scale.share(bar.interval->high) * (plot.x1 - plot.x0));
}

// The label left of the bar in two lines at most, the number after it.
void add_wide_row(Drawing& d, const Bar& bar, std::size_t series, const std::string& label, const Scale& scale, const Plot& plot) {
  const double top = d.height;
  add_lines(d, label, 0, plot.x0 - 12, 2);
  const double height = std::max(d.height - top, bar_height + 2), y = top + (height - bar_height) / 2;
  const double end = add_bar(d, bar, series, label, scale, plot, y);
  d.items.emplace_back(Words{.at = {end + 7, y + bar_height - 3}, .text = number_of(bar), .size = text_size});
  d.height = top + height + 6;
}

// The label and the number above the bar.
void add_narrow_row(Drawing& d, const Bar& bar, std::size_t series, const std::string& label, const Scale& scale,
                    const Plot& plot) {
  const std::string number = cut(number_of(bar), text_size, d.width * 0.6);
  const double taken = text_width(number, text_size) + 8;
  add_lines(d, label, 0, d.width - taken - 8, 3, true);
  d.items.emplace_back(Box{.x = d.width - taken, .y = d.height - line_height, .width = taken, .height = line_height});
  d.items.emplace_back(Words{.at = {d.width, d.height - 4}, .text = number, .size = text_size, .anchor = Anchor::end});
  add_bar(d, bar, series, label, scale, plot, d.height);
  d.height += bar_height + 6;
}

}  // namespace

Drawing lay_out_bars(const BarChart& chart, double width) {
  Drawing d = titled(chart.title, width);
  const bool grouped = chart.series.size() > 1;
  const std::vector<std::string> labels = labels_of(chart);
  const bool above = (width < narrow_below) || !fit_beside(labels, width * 0.3 - 12);
  const double left = above ? 1 : std::min(widest(labels) + 14, width * 0.3);
  const double right = above ? 6 : std::min(widest_number(chart) + 12, width * 0.4);
  Plot plot{left, width - right, d.height, 0};
  const Scale scale = scale_of(chart, plot.x1 - plot.x0);
  // The grid lies below the bars: it is drawn first, and its height is known last.
  Drawing bars{.width = width, .height = d.height, .title = {}};
  for (const BarGroup& group : chart.groups) {
    if (grouped)
      add_lines(bars, group.label, above ? 0 : plot.x0 + 6, above ? width : width - plot.x0 - 6, above ? 3 : 2, true, true);
    for (std::size_t i = 0; i < group.bars.size(); ++i) {
      // A series that has nothing here takes no room: the table says that it is missing.
      if (grouped && !known(group.bars[i].value)) continue;
      const std::string& label = grouped ? chart.series.at(i) : group.label;
      (above ? add_narrow_row : add_wide_row)(bars, group.bars[i], i, label, scale, plot);
    }
    bars.height += grouped ? 8 : 2;
  }
  plot.y1 = bars.height;
  add_x_axis(d, scale, plot, axis_name(chart.unit, scale));
  d.items.insert(d.items.end(), bars.items.begin(), bars.items.end());
  return d;
}

}  // namespace cnnbench::report
