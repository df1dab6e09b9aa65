#include "golden.hpp"

#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "report/sample_results.hpp"

namespace cnnbench::report {
namespace {

TEST(ReportGolden, EachKindOfChart) {
  for (const Figure& figure : make_report(sample_results()).figures) {
    std::vector<Drawing> drawings;
    for (const Chart& chart : figure.charts) drawings.push_back(lay_out(chart, wide_width));
    std::string name = std::string(name_of(figure.kind));
    if (figure.kind == ChartKind::stages && !std::holds_alternative<StackChart>(figure.charts.front())) name += "_alone";
    if (figure.title == "What the pipeline does") continue;  // drawn as the other stacks are
    expect_golden(name + ".svg", svg_document(stacked(drawings)));
  }
}

TEST(ReportGolden, APage) {
  Results results;
  results.rows.push_back(sample_row("original", "cpu", 1, 32, {46, 47, 48}));
  results.rows.push_back(sample_row("original", "cuda:0", 4, 32, {1400}));
  results.rows.back().taints = {"a driver <older> than the library"};
  expect_golden("page.html", page_of(make_report(results), {.generated = "Written by a test"}));
}

}  // namespace
}  // namespace cnnbench::report
