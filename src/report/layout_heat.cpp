#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/numbers.hpp"
#include "layout.hpp"

namespace cnnbench::report {
namespace {

constexpr double cell_height = 46, least_cell = 62, most_cell = 130;

struct Shades {
  double low = 0, high = 0;
  bool logarithmic = false;
  bool any = false;
  double share(double value) const {
    if (!(high > low)) return 0.5;
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
};

Shades shades_of(const HeatChart& chart) {
  Shades out;
  for (const auto& row : chart.cells)
    for (const Bar& cell : row)
      if (const auto value = known(cell.value)) {
        out.low = out.any ? std::min(out.low, *value) : *value;
        out.high = out.any ? std::max(out.high, *value) : *value;
        out.any = true;
      }
  out.logarithmic = out.low > 0 && out.high / out.low > log_beyond;
  return out;
}

void add_cell(Drawing& d, const Bar& cell, const Shades& shades, const std::string& tip, double x, double y, double width) {
  const auto value = known(cell.value);
  const std::string colour = value ? heat_colour(shades.share(*value)) : "", text = value ? text_on(colour) : "";
  d.items.emplace_back(Box{.x = x + 1,
                           .y = y + 1,
                           .width = width - 2,
                           .height = cell_height - 2,
                           .ink = Ink::panel,
                           .colour = colour,
                           .tip = safe_text(tip)});
  const std::string remark = cut(safe_text(cell.remark), small_size, width - 6);
  const double middle = x + width / 2;
  d.items.emplace_back(Words{.at = {middle, y + (remark.empty() ? 28 : 21)},
                             .text = cut(figure(value), text_size, width - 4),
                             .anchor = Anchor::middle,
                             .colour = text});
  if (!remark.empty())
    d.items.emplace_back(Words{.at = {middle, y + 37},
                               .text = remark,
                               .size = small_size,
                               .anchor = Anchor::middle,
                               .colour = text,
                               .full = safe_text(cell.remark)});
}

void add_shade_legend(Drawing& d, const HeatChart& chart, const Shades& shades) {
  if (!shades.any || !(shades.high > shades.low)) return;
  const std::string low = figure(shades.low), high = figure(shades.high) + " " + safe_text(chart.unit);
  double x = text_width(low, small_size) + 6;
  const double y = d.height + 6;
  d.items.emplace_back(Words{.at = {0, y + 11}, .text = low, .size = small_size});
  constexpr int steps = 8;
  constexpr double step = 16;
  for (int i = 0; i < steps; ++i, x += step)
    d.items.emplace_back(Box{.x = x, .y = y, .width = step, .height = 14, .colour = heat_colour(i / (steps - 1.0))});
  const std::string text = high + (shades.logarithmic ? " (logarithmic shades)" : "");
  d.items.emplace_back(
      Words{.at = {x + 6, y + 11}, .text = cut(text, small_size, d.width - x - 6), .size = small_size, .full = text});
  d.height = y + 24;
}

}  // namespace

Drawing lay_out_heat(const HeatChart& chart, double width) {
  Drawing d = titled(chart.title, width);
  double left = 0;
  for (const std::string& row : chart.rows) left = std::max(left, text_width(safe_text(row), text_size) + 12);
  left = std::clamp(left, 40.0, width * 0.3);
  const auto columns = static_cast<double>(std::max<std::size_t>(chart.columns.size(), 1));
  const double cell = std::clamp((width - left) / columns, least_cell, most_cell);
  // Many columns make it wider than asked for; the page lets it be scrolled.
  d.width = std::max(width, left + cell * columns);
  const Shades shades = shades_of(chart);
  d.height += line_height;
  const std::string axes = safe_text(fmt::format("{} (down), {} (across)", chart.y_label, chart.x_label));
  d.items.emplace_back(
      Words{.at = {0, d.height - 4}, .text = cut(axes, small_size, d.width), .size = small_size, .ink = Ink::muted, .full = axes});
  d.height += line_height;
  for (std::size_t c = 0; c < chart.columns.size(); ++c)
    d.items.emplace_back(Words{.at = {left + cell * (static_cast<double>(c) + 0.5), d.height - 4},
                               .text = cut(safe_text(chart.columns[c]), text_size, cell - 4),
                               .anchor = Anchor::middle});
  d.height += 2;
  for (std::size_t r = 0; r < chart.rows.size(); ++r) {
    d.items.emplace_back(
        Words{.at = {left - 8, d.height + 28}, .text = cut(safe_text(chart.rows[r]), text_size, left - 8), .anchor = Anchor::end});
    for (std::size_t c = 0; c < chart.columns.size(); ++c) {
      const Bar& bar = chart.cells.at(r).at(c);
      const std::string tip = fmt::format("{} {}, {} {}: {} {}", chart.y_label, chart.rows[r], chart.x_label, chart.columns[c],
                                          figure(bar.value), chart.unit);
      add_cell(d, bar, shades, tip, left + cell * static_cast<double>(c), d.height, cell);
    }
    d.height += cell_height;
  }
  add_shade_legend(d, chart, shades);
  d.height += 4;
  return d;
}

}  // namespace cnnbench::report
