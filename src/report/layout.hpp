// What the layouts of all charts share: measures, titles, legends, axes. Places are CSS pixels.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/report/drawing.hpp"
#include "cnnbench/report/scale.hpp"

namespace cnnbench::report {

inline constexpr double text_size = 13, small_size = 12, title_size = 15, line_height = 17;
inline constexpr double narrow_below = 520;  // labels stand above their bars

Drawing lay_out_bars(const BarChart&, double width);
Drawing lay_out_stacks(const StackChart&, double width);
Drawing lay_out_lines(const LineChart&, double width);
Drawing lay_out_heat(const HeatChart&, double width);

// An empty drawing with its title; `height` is where the next thing may begin.
Drawing titled(const std::string& title, double width);

// Adds lines of text from drawing.height on, and moves it below them. On a grid: on a piece of paper that hides the lines behind.
void add_lines(Drawing&, const std::string& text, double x, double width, std::size_t most_lines, bool on_grid = false,
               bool strong = false);

// Whether every label fits beside its bar, in two lines of that width.
bool fit_beside(const std::vector<std::string>& labels, double width);

struct LegendEntry {
  std::string label;
  Ink ink = Ink::text;
  int pattern = 0;
  bool line = false, dashed = false;
};
void add_legend(Drawing&, const std::vector<LegendEntry>&);

// The plot's place: x0 < x1, y0 < y1.
struct Plot {
  double x0 = 0, x1 = 0, y0 = 0, y1 = 0;
};

// Vertical grid lines over the plot's height, their numbers below, and the axis's name below these.
void add_x_axis(Drawing&, const Scale&, const Plot&, const std::string& name);
std::string axis_name(const std::string& unit, const Scale&);  // says where it is logarithmic

std::size_t tick_count(double pixels);

}  // namespace cnnbench::report
