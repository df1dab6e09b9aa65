// What a chart shows, as plain data: numbers, units, words. Not here: where on the paper it goes (drawing.hpp), colours
// (palette.hpp). A missing figure is nullopt and is drawn as "–", never as 0. Texts may hold any bytes: whoever writes them out
// makes them safe.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench::report {

struct Bar {
  std::optional<double> value{};
  std::optional<Interval> interval{};
  std::string remark{};                       // stands after the number: "n = 1", "[2]"
  std::string interval_is = "95 % interval";  // in words before "A to B"
};

struct BarGroup {
  std::string label;
  std::vector<Bar> bars{};  // one per series of the chart
};

// Horizontal bars from 0, or from a power of ten where the largest is more than 20 times the smallest: bars() decides.
struct BarChart {
  std::string title, unit;
  std::vector<std::string> series{};
  std::vector<BarGroup> groups{};
};

struct Stack {
  std::string label;
  std::vector<std::optional<double>> parts{};  // one per part of the chart, in the chart's unit
};

// Horizontal bars of parts that add up.
struct StackChart {
  std::string title, unit;
  std::vector<std::string> parts{};
  std::vector<Stack> stacks{};
};

struct LinePoint {
  double x = 0;
  std::optional<double> y{};  // a gap where it is missing
};

struct Line {
  std::string label;
  std::vector<LinePoint> points{};
  std::size_t colour = 0;  // lines of one colour belong together
  bool dashed = false;
};

struct LineChart {
  std::string title, x_label, unit;
  std::vector<Line> lines{};
  std::optional<Interval> range{};  // of y: 0 to 100 for per cent
  bool whole_x = false;             // epochs: no tick between two of them
};

struct HeatChart {
  std::string title, unit, x_label, y_label;
  std::vector<std::string> columns{}, rows{};
  std::vector<std::vector<Bar>> cells{};  // [row][column]
};

using Chart = std::variant<BarChart, StackChart, LineChart, HeatChart>;

const std::string& title_of(const Chart&);

}  // namespace cnnbench::report
