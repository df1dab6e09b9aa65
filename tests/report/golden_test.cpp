#include "support/golden.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "cnnbench/report/projection_drawing.hpp"
#include "report/sample_results.hpp"

namespace cnnbench::report {
namespace {

TEST(ReportGolden, EachKindOfChart) {
  const Report report = make_report(sample_results()), ladder = make_report(sample_ladder());
  for (const auto& [kind, name] : EnumNames<ChartKind>::values)
    expect_golden("report", std::string(name) + ".svg",
                  svg_document(drawing_of(kind == ChartKind::ladder ? ladder : report, kind).value()));
}

TEST(ReportGolden, AProjection) {
  Projection p{.result = "runs/mine",
               .work = "original, cpu (Example CPU), float32, 8 threads",
               .rank = {},
               .question = {},
               .rows = {},
               .notes = {}};
  p.rank = {
      .step = {.fixed = 0.01}, .backward_share = 0.5, .variation = 0.05, .buckets = {{4e6, 0.5}, {1e6, 1}}, .hides_exchange = true};
  p.question = {.batch = 32, .scaling = Scaling::weak, .net = {.between = {1e-5, 1e9}}, .algorithm = {}};
  for (const int ranks : {1, 2, 16, 1024}) p.rows.push_back(project(p.rank, p.question, ranks));
  p.notes = {"a step's time varies by 5.0 %, each rank's by itself", "network: <fast> & good"};
  expect_golden("report", "project.svg", svg_document(projection_drawing(p)));
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
