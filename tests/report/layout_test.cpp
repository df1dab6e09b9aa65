// Charts laid out: nothing leaves the paper, no text lies on another, whatever the labels are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/report/drawing.hpp"
#include "cnnbench/report/font.hpp"
#include "cnnbench/report/images.hpp"

namespace cnnbench::report {
namespace {

struct Rect {
  double x0, x1, y0, y1;
  std::string text;
};

std::vector<Rect> texts_of(const Drawing& d) {
  std::vector<Rect> out;
  for (const auto& item : d.items)
    if (const auto* w = std::get_if<Words>(&item)) {
      const double width = text_width(w->text, w->size);
      const double x = w->at.x - (w->anchor == Anchor::start ? 0 : w->anchor == Anchor::end ? width : width / 2);
      out.push_back({x, x + width, w->at.y - w->size * 0.75, w->at.y + w->size * 0.2, w->text});
    }
  return out;
}

void expect_orderly(const Drawing& d) {
  const std::vector<Rect> texts = texts_of(d);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Rect& a = texts[i];
    EXPECT_GE(a.x0, -0.5) << a.text;
    EXPECT_LE(a.x1, d.width + 0.5) << a.text;
    EXPECT_LE(a.y1, d.height + 0.5) << a.text;
    for (std::size_t k = 0; k < i; ++k) {
      const Rect& b = texts[k];
      const bool apart = a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
      EXPECT_TRUE(apart) << "'" << a.text << "' lies on '" << b.text << "' at width " << d.width;
    }
  }
}

const std::string long_label(500, 'W');

BarChart bars(std::size_t series, std::size_t groups, const std::string& label) {
  BarChart chart{.title = "Bars " + label, .unit = "images/s"};
  for (std::size_t s = 0; s < series; ++s) chart.series.push_back(label + std::to_string(s));
  for (std::size_t g = 0; g < groups; ++g) {
    chart.groups.push_back({.label = label + " group"});
    for (std::size_t s = 0; s < series; ++s)
      chart.groups.back().bars.push_back({.value = std::pow(10.0, static_cast<double>(g % 7)) * static_cast<double>(s + 1),
                                          .interval = Interval{0.5, std::pow(10.0, static_cast<double>(g % 7)) * 9},
                                          .remark = "(n = 12) [1][2][3]"});
  }
  return chart;
}

TEST(Layout, BarsAreOrderlyWhateverTheWidth) {
  for (const double width : {240.0, narrow_width, 519.0, 521.0, wide_width, 1600.0})
    for (const std::string& label :
         {std::string("NVIDIA H200"), std::string(""), long_label, std::string("many short words ") + long_label})
      for (const std::size_t series : {1U, 2U, 8U}) expect_orderly(lay_out(bars(series, 7, label), width));
}

double longest_bar(const Drawing& d) {
  double width = 0;
  for (const auto& item : d.items)
    if (const auto* b = std::get_if<Box>(&item); b && b->ink == Ink::series0 && b->outlined) width = std::max(width, b->width);
  return width;
}

std::size_t arrows(const Drawing& d) {
  std::size_t out = 0;
  for (const auto& item : d.items)
    if (const auto* s = std::get_if<Stroke>(&item); s && s->ink == Ink::text) out += s->points.size() == 3 ? 1 : 0;
  return out;
}

// Issue 15, 17: two repetitions of 616 with an interval of 0 to 26,503 made a bar of a fortieth of the chart.
TEST(Layout, AWideIntervalDoesNotSetTheAxisAndItsWhiskerIsCutWithAnArrow) {
  const auto chart = [](Interval interval) {
    return BarChart{.title = "Bars", .unit = "images/s", .groups = {{.label = "a", .bars = {{.value = 616, .interval = interval}}}}};
  };
  const Drawing usual = lay_out(chart({590, 640}), wide_width), wide = lay_out(chart({0, 26503}), wide_width);
  EXPECT_GT(longest_bar(wide), 0.99 * longest_bar(usual));
  EXPECT_EQ(arrows(usual), 0U);
  EXPECT_EQ(arrows(wide), 1U);
}

TEST(Layout, StacksAreOrderly) {
  StackChart chart{.title = long_label, .unit = "%", .parts = {"compute", "wait", long_label, "rest"}};
  for (const std::string& label : {std::string("run"), long_label, std::string("")})
    chart.stacks.push_back({.label = label, .parts = {50, 0.01, 30, std::nullopt}});
  chart.stacks.push_back({.label = "nothing known", .parts = {std::nullopt, std::nullopt, std::nullopt, std::nullopt}});
  for (const double width : {240.0, narrow_width, wide_width}) expect_orderly(lay_out(chart, width));
}

TEST(Layout, NamesOfLinesThatEndTogetherAreApart) {
  LineChart chart{.title = "Lines", .x_label = "epoch", .unit = "%", .whole_x = true};
  for (std::size_t i = 0; i < 16; ++i)
    chart.lines.push_back(
        {.label = i % 2 ? long_label : "run", .points = {{1, 50}, {2, 90.0 + static_cast<double>(i) / 10}}, .colour = i});
  for (const double width : {240.0, narrow_width, wide_width}) expect_orderly(lay_out(chart, width));
}

TEST(Layout, AGapIsAGapAndALonePointIsSeen) {
  LineChart chart{.title = "Lines", .x_label = "s", .unit = "W"};
  Line line{.label = "GPU"};
  for (int i = 0; i < 100; ++i)
    line.points.push_back({static_cast<double>(i), i == 50 || i == 52 ? std::nullopt : std::optional(1.0 * i)});
  chart.lines.push_back(line);
  std::size_t strokes = 0, markers = 0;
  for (const auto& item : lay_out(chart, wide_width).items) {
    const auto* s = std::get_if<Stroke>(&item);
    strokes += s && s->ink == Ink::series0 && s->points.size() > 2 ? 1 : 0;
    const auto* b = std::get_if<Box>(&item);
    markers += b && b->ink == Ink::series0 ? 1 : 0;
  }
  EXPECT_EQ(strokes, 2U);
  EXPECT_EQ(markers, 1U);  // the 51st
}

TEST(Layout, MapsOfManyColumnsGrowWiderInsteadOfSmaller) {
  HeatChart chart{.title = "Heat", .unit = "images/s", .x_label = "batch", .y_label = "workers"};
  for (int i = 0; i < 12; ++i) chart.columns.push_back(std::to_string(1 << i));
  for (int r = 0; r < 3; ++r) {
    chart.rows.push_back(r == 0 ? long_label : std::to_string(r));
    chart.cells.emplace_back();
    for (int i = 0; i < 12; ++i)
      chart.cells.back().push_back({.value = i == 3 ? std::nullopt : std::optional(123456.0 * (i + r)), .remark = "(n = 10) [12]"});
  }
  const Drawing narrow = lay_out(chart, narrow_width);
  EXPECT_GT(narrow.width, narrow_width);
  expect_orderly(narrow);
  expect_orderly(lay_out(chart, wide_width));
}

TEST(Layout, EmptyChartsAreCharts) {
  for (const Chart& chart : {Chart(BarChart{.title = "a", .unit = "b"}), Chart(StackChart{.title = "a", .unit = "b"}),
                             Chart(LineChart{.title = "a", .x_label = "x", .unit = "b"}),
                             Chart(HeatChart{.title = "a", .unit = "b", .x_label = "", .y_label = ""})})
    for (const double width : {0.0, narrow_width, wide_width}) {
      const Drawing d = lay_out(chart, width);
      EXPECT_GT(d.height, 10);
      EXPECT_FALSE(png_of(d).empty());
    }
}

TEST(Layout, AMissingFigureIsADashInAMap) {
  HeatChart chart{.title = "h", .unit = "u", .x_label = "x", .y_label = "y", .columns = {"1"}, .rows = {"1"}, .cells = {{Bar{}}}};
  bool found = false;
  for (const Rect& text : texts_of(lay_out(chart, wide_width))) {
    found |= text.text == "–";
    EXPECT_NE(text.text, "0");
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace cnnbench::report
