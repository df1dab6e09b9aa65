#include "cnnbench/report/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cnnbench/core/error.hpp"
#include "cnnbench/report/images.hpp"
#include "cnnbench/report/page.hpp"
#include "report/sample_results.hpp"

namespace cnnbench::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Figure& figure_of(const Report& report, ChartKind kind) {
  for (const Figure& f : report.figures)
    if (f.kind == kind) return f;
  throw std::runtime_error("no such figure");
}

bool has(const Report& report, ChartKind kind) {
  return std::any_of(report.figures.begin(), report.figures.end(), [&](const Figure& f) { return f.kind == kind; });
}

TEST(Report, NothingToReportIsAnError) { EXPECT_THROW(make_report({}), Error); }

TEST(Report, HasEveryKindOfFigureThatTheResultsAllow) {
  const Report report = make_report(sample_results());
  for (const auto& [kind, name] : EnumNames<ChartKind>::values) EXPECT_EQ(has(report, kind), kind != ChartKind::ladder) << name;
  Results one;
  one.rows.push_back(sample_row("original", "cpu", 1, 32, {47}));
  const Report plain = make_report(one);
  EXPECT_EQ(plain.figures.size(), 1U);
}

TEST(Report, TheFastestCellOfAGridStandsForIt) {
  const Report report = make_report(sample_results());
  const Figure& speed = figure_of(report, ChartKind::speed);
  const auto& row = speed.table.rows.at(0);
  EXPECT_EQ(row[2].value, 86);  // 2 workers, batch 64: 84, 86, 88
  EXPECT_THAT(row[5].text, HasSubstr("2 workers, batch 64"));
  EXPECT_THAT(row[5].text, HasSubstr("fastest of 4 cells"));
  const auto& chart = std::get<BarChart>(speed.charts.at(0));
  EXPECT_EQ(chart.groups.at(0).bars.at(0).value, 86);
}

TEST(Report, OneRepetitionHasNoIntervalAndSaysSo) {
  const Report report = make_report(sample_results());
  const Figure& speed = figure_of(report, ChartKind::speed);
  EXPECT_EQ(speed.table.rows.at(1)[3].text, "none: n = 1");
  EXPECT_FALSE(std::get<BarChart>(speed.charts.at(0)).groups.at(0).bars.at(1).interval);
  EXPECT_THAT(speed.explanation, HasSubstr("n = 1"));
  EXPECT_THAT(report.headlines.at(0).lines.at(0), HasSubstr("one run: uncertainty unknown"));
}

TEST(Report, TaintsStandBesideTheirNumber) {
  const Figure speed = figure_of(make_report(sample_results()), ChartKind::speed);
  EXPECT_EQ(speed.table.rows.at(1).back().text, "[1]");
  EXPECT_THAT(speed.table.notes, ElementsAre("throttled"));
  EXPECT_THAT(std::get<BarChart>(speed.charts.at(0)).groups.at(0).bars.at(1).remark, HasSubstr("[1]"));
}

TEST(Report, TheHeadlineSaysVerdictAndRemedy) {
  const Headline headline = make_report(sample_results()).headlines.at(0);
  EXPECT_THAT(headline.lines.at(0), HasSubstr("Fastest: 4,000 images/s"));
  EXPECT_THAT(headline.lines.at(1), HasSubstr("; not shown: too few repetitions for an interval."));
  EXPECT_THAT(headline.lines.at(2), HasSubstr("Verdict: input-bound"));
  EXPECT_THAT(headline.lines.at(3), HasSubstr("--set loader.cache=decoded (predicted, not measured: 8,000 images/s)"));
  EXPECT_THAT(headline.lines.at(4), HasSubstr("Note: throttled"));
}

TEST(Report, TheRatioIsThatOfTheMediansBesideIt) {
  const Figure ratio = figure_of(make_report(sample_results()), ChartKind::ratio);
  ASSERT_EQ(ratio.table.rows.size(), 2U);
  EXPECT_DOUBLE_EQ(*ratio.table.rows[0][5].value, 4000.0 / 86);
  EXPECT_EQ(ratio.table.rows[0][6].text, "none: n = 1 and 3");
  EXPECT_DOUBLE_EQ(*ratio.table.rows[1][5].value, 301.5 / 3.375);
  EXPECT_THAT(ratio.table.rows[1][6].text, HasSubstr(" to "));
}

TEST(Report, SpeedsOfDifferentWorkAreNotCompared) {
  Results results;
  for (const char* zoom : {"0.2", "0.0"}) {
    results.rows.push_back(sample_row("original", "cpu", 1, 32, {425}));
    results.rows.back().config = {{"augment", {{"zoom", zoom}}}, {"loader", {{"workers", 1}}}, {"train", {{"seed", 3}}}};
  }
  results.rows.push_back(results.rows.front());
  results.rows.back().config["loader"]["workers"] = 2;
  results.rows.back().config["train"]["seed"] = 4;
  const Report report = make_report(results);
  ASSERT_EQ(report.headlines.size(), 2U);
  EXPECT_EQ(report.headlines[0].work, "original, augment.zoom=0.2");
  EXPECT_EQ(report.headlines[1].work, "original, augment.zoom=0.0");
}

TEST(Report, MachinesOfOneNameAreToldApart) {
  Results results;
  for (const char* host : {"aaaa1", "bbbb2"}) {
    results.rows.push_back(sample_row("original", "cpu", 1, 32, {425}));
    results.rows.back().hostname_hash = host;
  }
  const Report report = make_report(results);
  const auto& chart = std::get<BarChart>(report.figures.at(0).charts.at(0));
  EXPECT_THAT(chart.series, ElementsAre("Example CPU, 8 cores (CPU) #aaaa", "Example CPU, 8 cores (CPU) #bbbb"));
}

// A faster CPU elsewhere is not what the GPU is set against.
TEST(Report, AGpuIsComparedWithItsOwnMachinesCpu) {
  Results results;
  results.rows = {sample_row("original", "cuda:0", 4, 64, {4000}), sample_row("original", "cpu", 4, 64, {100}),
                  sample_row("original", "cpu", 4, 64, {400})};
  results.rows[2].hostname_hash = "fedcba9876543210";
  results.rows[2].cpu_info = "Faster CPU";
  const Figure own = figure_of(make_report(results), ChartKind::ratio);
  ASSERT_EQ(own.table.rows.size(), 1U);
  EXPECT_DOUBLE_EQ(*own.table.rows[0][5].value, 40);
  EXPECT_THAT(own.table.rows[0][3].text, Not(HasSubstr("another machine")));
  // Where its own was not measured, the table and the chart say whose it is.
  results.rows.erase(results.rows.begin() + 1);
  const Report report = make_report(results);
  const Figure other = figure_of(report, ChartKind::ratio);
  EXPECT_DOUBLE_EQ(*other.table.rows.at(0)[5].value, 10);
  EXPECT_THAT(other.table.rows[0][3].text, HasSubstr("Faster CPU, 8 cores (CPU), another machine"));
  EXPECT_THAT(svg_document(*drawing_of(report, ChartKind::ratio)), HasSubstr("another machine"));
}

// Two machines of one name in one file: in every table a row of a machine has its label, and nothing puts both into one number.
TEST(Report, RowsOfTwoMachinesStayApartInEveryFigure) {
  Results results;
  for (const char* host : {"0123456789abcdef", "fedcba9876543210"})
    for (const int workers : {1, 2})
      for (const int batch : {32, 64}) {
        results.rows.push_back(
            sample_row("original", "cpu", workers, batch, {(host[0] == '0' ? 1000.0 : 3000.0) + 10 * workers + batch}));
        results.rows.back().hostname_hash = host;
      }
  const Report report = make_report(results);
  const Table& speed = figure_of(report, ChartKind::speed).table;
  ASSERT_EQ(speed.rows.size(), 2U);
  EXPECT_EQ(speed.rows[0][1].text, "Example CPU, 8 cores (CPU) #0123");
  EXPECT_EQ(*speed.rows[0][2].value, 1084);
  EXPECT_EQ(speed.rows[1][1].text, "Example CPU, 8 cores (CPU) #fedc");
  EXPECT_EQ(*speed.rows[1][2].value, 3084);
  std::vector<std::string> maps;
  for (const Figure& figure : report.figures)
    if (figure.kind == ChartKind::heat) {
      maps.push_back(figure.table.caption);
      for (const auto& row : figure.table.rows)
        for (std::size_t i = 1; i < row.size(); ++i) EXPECT_EQ(*row[i].value > 2000, figure.table.caption.ends_with("#fedc"));
    }
  EXPECT_EQ(maps.size(), 2U);
  EXPECT_THAT(report.headlines.at(0).lines, testing::Contains(HasSubstr("#fedc")));
  EXPECT_THAT(report.headlines.at(0).lines, testing::Contains(HasSubstr("times Example CPU, 8 cores (CPU) #0123's 1,084")));
}

TEST(Report, FailedCellsAreListedWithTheirError) {
  Results results = sample_results();
  results.rows.push_back(sample_row("original", "cpu", 1, 512, {}));
  results.rows.back().status = "failed";
  results.rows.back().error = "out of memory";
  const Report report = make_report(results);
  EXPECT_EQ(report.cells.rows.back()[9].text, "failed: out of memory");
  EXPECT_EQ(report.cells.rows.back()[3].text, "–");
  EXPECT_FALSE(report.cells.rows.back()[3].value);
}

TEST(Report, ValidationThatDidNotHappenIsMissing) {
  const Figure accuracy = figure_of(make_report(sample_results()), ChartKind::accuracy);
  EXPECT_EQ(accuracy.table.rows.at(0)[3].text, "–");
  EXPECT_NEAR(*accuracy.table.rows.at(1)[3].value, 60, 1e-9);
  EXPECT_EQ(accuracy.table.rows.at(0)[4].text, "E1");
}

TEST(Report, ManyResultsStayBelowAMegabyte) {
  Results results;
  const std::string name(5000, '<');
  for (int i = 0; i < 1500; ++i) {
    results.rows.push_back(sample_row(name + std::to_string(i % 40), i % 2 ? "cpu" : "cuda:0", i, i % 7 + 1, {1.0 + i, 2.0 + i}));
    results.rows.back().taints = {"taint " + std::to_string(i) + name};
    results.rows.back().cpu_info = name + std::to_string(i % 30);
    results.rows.back().verdict = name;
    results.rows.back().decode_us = 3;
    results.rows.back().compute_only_ips = 4;
    results.rows.back().images_per_j = 1;
  }
  for (int i = 0; i < 40; ++i) {
    results.runs.push_back(sample_run(name));
    results.runs.back().result.telemetry_series.resize(4096, {.seconds = 3, .gpu_util_pct = 50, .gpu_temp_c = 60});
    results.runs.back().result.epochs.resize(500, {.epoch = 7, .accuracy = 0.5});
  }
  EXPECT_LT(page_of(make_report(results), {}).size(), most_page_bytes);
}

const Figure* ladder_of(const Report& report) {
  const auto at =
      std::find_if(report.figures.begin(), report.figures.end(), [](const Figure& f) { return f.kind == ChartKind::ladder; });
  return at == report.figures.end() ? nullptr : &*at;
}

// Their range is not what a 95 % interval of so few would be.
TEST(ReportLadder, TheSeedsRangeIsNotCalledAnInterval) {
  const std::string svg = svg_document(drawing_of(make_report(sample_ladder()), ChartKind::ladder).value());
  EXPECT_THAT(svg, testing::HasSubstr("original: 77.00 (n = 3), seeds from 75.00 to 79.00"));
  EXPECT_THAT(svg, testing::Not(testing::HasSubstr("95 % interval")));
}

TEST(ReportLadder, ARungIsAllSeedsOfANetwork) {
  const Report report = make_report(sample_ladder());
  const Figure* ladder = ladder_of(report);
  ASSERT_NE(ladder, nullptr);
  ASSERT_EQ(ladder->table.rows.size(), 3U);
  std::vector<std::string> texts;
  for (const auto& row : ladder->table.rows)
    for (std::size_t i = 0; i < 6; ++i) texts.push_back(row[i].text);
  EXPECT_THAT(texts, ElementsAre("original", "77.00", "75.00", "79.00", "78.00", "3", "improved", "87.00", "85.00", "89.00",
                                 "89.50", "3", "dropout", "80.00", "80.00", "80.00", "80.00", "1"));
  EXPECT_EQ(ladder->table.notes, std::vector<std::string>{"the machine was busy"});
  const auto& groups = std::get<BarChart>(ladder->charts.front()).groups;
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_DOUBLE_EQ(groups[0].bars[0].interval->low, 75);
  EXPECT_DOUBLE_EQ(groups[0].bars[0].interval->high, 79);
  EXPECT_FALSE(groups[2].bars[0].interval) << "one seed has no spread";
}

TEST(ReportLadder, NeedsTwoNetworksThatWereValidated) {
  Results results = sample_ladder();
  std::erase_if(results.runs, [](const NamedRun& run) { return run.result.experiment.name != "original"; });
  EXPECT_EQ(ladder_of(make_report(results)), nullptr);
  results.runs.push_back(sample_trained("improved", 1, 0.9, 0.9));
  EXPECT_NE(ladder_of(make_report(results)), nullptr);
  results.runs.back().result.final_val_accuracy.reset();
  EXPECT_EQ(ladder_of(make_report(results)), nullptr);
}

TEST(ReportText, HasTheSameTablesWithoutControlCharacters) {
  Results results = sample_results();
  results.runs.front().name = "\x1b[31mred\x07 \xE2\x80\xAEgnp";
  const std::string text = text_of(make_report(results));
  EXPECT_THAT(text, HasSubstr("Training speed by network and machine"));
  EXPECT_THAT(text, HasSubstr("4,000"));
  EXPECT_THAT(text, HasSubstr("[1] throttled"));
  EXPECT_THAT(text, HasSubstr(" [31mred"));
  for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
  EXPECT_THAT(text_of(make_report(results), ChartKind::energy), Not(HasSubstr("Training speed")));
}

}  // namespace
}  // namespace cnnbench::report
