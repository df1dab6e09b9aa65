#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/numbers.hpp"
#include "layout.hpp"

namespace cnnbench::report {
namespace {

constexpr double stack_height = 24;

double total(const Stack& stack) {
  double sum = 0;
  for (const auto& part : stack.parts) sum += std::max(0.0, known(part).value_or(0));
  return sum;
}

Scale scale_of(const StackChart& chart, double pixels) {
  double most = 0;
  for (const Stack& stack : chart.stacks) most = std::max(most, total(stack));
  return fixed_scale({0, most > 0 ? most * (1 + 1e-9) : 1}, tick_count(pixels));
}

// A number inside its part, on a piece of paper: nothing reads well on a pattern.
void add_number(Drawing& d, double value, double from, double to, double y) {
  const std::string text = fixed(value, value < 10 ? 1 : 0);
  const double width = text_width(text, small_size) + 6;
  if (width + 4 > to - from) return;
  const double middle = (from + to) / 2;
  d.items.emplace_back(Box{.x = middle - width / 2, .y = y + 4, .width = width, .height = stack_height - 8, .ink = Ink::paper});
  d.items.emplace_back(Words{.at = {middle, y + stack_height - 8}, .text = text, .size = small_size, .anchor = Anchor::middle});
}

void add_stack(Drawing& d, const StackChart& chart, const Stack& stack, const Scale& scale, const Plot& plot, double y) {
  double sum = 0;
  const auto x_of = [&](double value) { return plot.x0 + scale.share(value) * (plot.x1 - plot.x0); };
  if (total(stack) <= 0) d.items.emplace_back(Words{.at = {plot.x0 + 6, y + 17}, .text = missing});
  for (std::size_t i = 0; i < stack.parts.size(); ++i) {
    const auto part = known(stack.parts[i]);
    if (!part || *part <= 0) continue;
    const double from = x_of(sum), to = x_of(sum += *part);
    if (to - from < 0.3) continue;  // too thin to be seen
    d.items.emplace_back(
        Box{.x = from,
            .y = y,
            .width = to - from,
            .height = stack_height,
            .ink = series_ink(i),
            .pattern = series_pattern(i),
            .outlined = to - from > 3,
            .tip = safe_text(fmt::format("{}, {}: {} {}", stack.label, chart.parts.at(i), figure(*part), chart.unit))});
    add_number(d, *part, from, to, y);
  }
}

}  // namespace

Drawing lay_out_stacks(const StackChart& chart, double width) {
  Drawing d = titled(chart.title, width);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < chart.parts.size(); ++i)
    legend.push_back({.label = chart.parts[i], .ink = series_ink(i), .pattern = series_pattern(i)});
  add_legend(d, legend);
  std::vector<std::string> labels;
  for (const Stack& stack : chart.stacks) labels.push_back(stack.label);
  const bool above = (width < narrow_below) || !fit_beside(labels, width * 0.3 - 12);
  double left = above ? 1 : 74;
  if (!above)
    for (const std::string& label : labels) left = std::clamp(text_width(safe_text(label), text_size) + 14, left, width * 0.3);
  Plot plot{left, width - 14, d.height, 0};
  const Scale scale = scale_of(chart, plot.x1 - plot.x0);
  Drawing stacks{.width = width, .height = d.height, .title = {}};
  for (const Stack& stack : chart.stacks) {
    const double top = stacks.height;
    add_lines(stacks, stack.label, 0, above ? width - 4 : plot.x0 - 12, above ? 3 : 2, above);
    const double height = std::max(stacks.height - top, stack_height);
    const double y = above ? stacks.height : top + (height - stack_height) / 2;
    add_stack(stacks, chart, stack, scale, plot, y);
    stacks.height = (above ? stacks.height + stack_height : top + height) + 8;
  }
  plot.y1 = stacks.height;
  add_x_axis(d, scale, plot, chart.unit);
  d.items.insert(d.items.end(), stacks.items.begin(), stacks.items.end());
  return d;
}

}  // namespace cnnbench::report
