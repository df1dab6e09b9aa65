#include "support/golden.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "report/sample_results.hpp"

namespace cnnbench::report {
namespace {

TEST(ReportGolden, EachKindOfChart) {
  const Report report = make_report(sample_results()), ladder = make_report(sample_ladder());
  for (const auto& [kind, name] : EnumNames<ChartKind>::values)
    expect_golden("report", std::string(name) + ".svg",
                  svg_document(drawing_of(kind == ChartKind::ladder ? ladder : report, kind).value()));
}

TEST(ReportGolden, APage) {
  Results results;
  results.rows.push_back(sample_row("original", "cpu", 1, 32, {46, 47, 48}));
  results.rows.push_back(sample_row("original", "cuda:0", 4, 32, {1400}));
  results.rows.back().taints = {"a driver <older> than the library"};
  expect_golden("report", "page.html", page_of(make_report(results), {.generated = "Written by a test"}));
}

}  // namespace
}  // namespace cnnbench::report
