#include "layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/font.hpp"

namespace cnnbench::report {
namespace {

constexpr double strong_share = 0.88;  // strong letters are wider than those that the width was measured with

}  // namespace

const std::string& title_of(const Chart& chart) {
  return std::visit([](const auto& c) -> const std::string& { return c.title; }, chart);
}

Drawing lay_out(const Chart& chart, double width) {
  struct Kinds {
    double width;
    Drawing operator()(const BarChart& c) const { return lay_out_bars(c, width); }
    Drawing operator()(const StackChart& c) const { return lay_out_stacks(c, width); }
    Drawing operator()(const LineChart& c) const { return lay_out_lines(c, width); }
    Drawing operator()(const HeatChart& c) const { return lay_out_heat(c, width); }
  };
  return std::visit(Kinds{std::max(width, 240.0)}, chart);
}

Drawing titled(const std::string& title, double width) {
  Drawing out{.width = width, .height = 4, .title = safe_text(title)};
  for (const std::string& line : wrapped(out.title, title_size, width * strong_share, 3)) {
    out.height += title_size + 4;
    out.items.emplace_back(Words{.at = {0, out.height - 4}, .text = line, .size = title_size, .strong = true, .full = out.title});
  }
  out.height += 8;
  return out;
}

void add_lines(Drawing& d, const std::string& text, double x, double width, std::size_t most_lines, bool on_grid, bool strong) {
  const std::string safe = safe_text(text);
  for (const std::string& line : wrapped(safe, text_size, strong ? width * strong_share : width, most_lines)) {
    d.height += line_height;
    if (on_grid) {
      const double wide = text_width(line, text_size) / (strong ? strong_share : 1) + 6;
      d.items.emplace_back(
          Box{.x = x - 2, .y = d.height - line_height, .width = std::min(wide, d.width - x), .height = line_height});
    }
    d.items.emplace_back(Words{.at = {x, d.height - 4}, .text = line, .size = text_size, .strong = strong, .full = safe});
  }
}

bool fit_beside(const std::vector<std::string>& labels, double width) {
  return std::all_of(labels.begin(), labels.end(), [&](const std::string& label) {
    const std::vector<std::string> lines = wrapped(safe_text(label), text_size, width, 3);
    return lines.size() <= 2;
  });
}

void add_legend(Drawing& d, const std::vector<LegendEntry>& entries) {
  constexpr double sample = 22, gap = 16;
  double x = 0;
  if (!entries.empty()) d.height += line_height;
  for (const LegendEntry& e : entries) {
    const std::string full = safe_text(e.label), text = cut(full, small_size, d.width - sample - 8);
    const double width = sample + 6 + text_width(text, small_size);
    if (x > 0 && x + width > d.width) {
      x = 0;
      d.height += line_height;
    }
    const double y = d.height - 8;
    if (e.line)
      d.items.emplace_back(Stroke{.points = {{x, y}, {x + sample, y}}, .ink = e.ink, .width = 2.5, .dashed = e.dashed});
    else
      d.items.emplace_back(
          Box{.x = x, .y = y - 6, .width = sample, .height = 12, .ink = e.ink, .pattern = e.pattern, .outlined = true});
    d.items.emplace_back(Words{.at = {x + sample + 6, y + 4}, .text = text, .size = small_size, .full = full});
    x += width + gap;
  }
  if (!entries.empty()) d.height += 8;
}

void add_x_axis(Drawing& d, const Scale& scale, const Plot& plot, const std::string& name) {
  double free_from = -1e9;
  for (const double tick : scale.ticks) {
    const double x = plot.x0 + scale.share(tick) * (plot.x1 - plot.x0);
    d.items.emplace_back(Stroke{.points = {{x, plot.y0}, {x, plot.y1}}, .ink = Ink::grid});
    const std::string label = tick_label(tick, scale);
    const double width = text_width(label, small_size);
    // Inside the paper, and clear of the one before.
    const double left = std::clamp(x - width / 2, 0.0, std::max(0.0, d.width - width));
    if (left < free_from) continue;
    free_from = left + width + 8;
    d.items.emplace_back(Words{.at = {left, plot.y1 + 16}, .text = label, .size = small_size, .ink = Ink::muted});
  }
  d.items.emplace_back(Stroke{.points = {{plot.x0, plot.y0}, {plot.x0, plot.y1}}, .ink = Ink::muted});
  const std::string safe = safe_text(name);
  d.items.emplace_back(Words{.at = {plot.x0, plot.y1 + 33},
                             .text = cut(safe, small_size, d.width - plot.x0),
                             .size = small_size,
                             .ink = Ink::muted,
                             .full = safe});
  d.height = plot.y1 + 40;
}

std::string axis_name(const std::string& unit, const Scale& scale) {
  return scale.logarithmic ? unit + " (logarithmic scale)" : unit;
}

std::size_t tick_count(double pixels) { return static_cast<std::size_t>(std::clamp(pixels / 85, 2.0, 9.0)); }

namespace {

void move(std::variant<Box, Stroke, Words>& item, double x, double y) {
  struct Mover {
    double x, y;
    void operator()(Box& b) const { b.x += x, b.y += y; }
    void operator()(Words& w) const { w.at = {w.at.x + x, w.at.y + y}; }
    void operator()(Stroke& s) const {
      for (Point& p : s.points) p = {p.x + x, p.y + y};
    }
  };
  std::visit(Mover{x, y}, item);
}

}  // namespace

Drawing stacked(const std::vector<Drawing>& drawings) {
  Drawing out;
  for (const Drawing& d : drawings) {
    const double top = out.height + (out.items.empty() ? 0 : 16);
    for (auto item : d.items) {
      move(item, 0, top);
      out.items.push_back(std::move(item));
    }
    out.width = std::max(out.width, d.width);
    out.height = top + d.height;
    out.title += (out.title.empty() || d.title.empty() ? "" : "; ") + d.title;
  }
  return out;
}

Drawing framed(Drawing d, double margin) {
  for (auto& item : d.items) move(item, margin, margin);
  d.width += 2 * margin;
  d.height += 2 * margin;
  return d;
}

}  // namespace cnnbench::report
