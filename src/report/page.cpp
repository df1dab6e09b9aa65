#include "cnnbench/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/drawing.hpp"
#include "markup.hpp"
#include "page_style.hpp"
#include "story_sheet.hpp"
#include "svg.hpp"

namespace cnnbench::report {
namespace {

// What a page of very many results, or of very long names, leaves out, step by step, until it is small enough.
struct Budget {
  std::size_t rows, characters;  // of a table, of a cell
  bool tips, narrow;
};
constexpr std::array budgets{Budget{300, 400, true, true}, Budget{100, 400, true, true}, Budget{30, 160, false, true},
                             Budget{10, 80, false, false}, Budget{4, 60, false, false}};

void add_cell(Markup& m, const Table& table, const TableCell& cell, std::size_t column, const Budget& budget) {
  const bool numeric = column < table.columns.size() && table.columns[column].numeric;
  const std::string text = safe_text(cell.text, budget.characters);
  const std::size_t length = length_of(text);
  const std::string classes = numeric ? "n" : length > 60 ? "long" : length > 24 ? "mid" : "brief";
  column == 0 ? m.open("th", {{"scope", "row"},
                              {"class", numeric       ? "n"
                                        : length > 24 ? "long"
                                                      : ""}})
              : m.open("td", {{"class", classes}});
  // As exact as it was in the source.
  if (cell.value)
    m.leaf("data", {{"value", fmt::format("{}", *cell.value)}}, text);
  else
    m.text(text);
  m.close(column == 0 ? "th" : "td");
}

void add_table(Markup& m, const Table& table, const Budget& budget) {
  constexpr std::size_t fits_a_screen = 20;
  const std::size_t shown = std::min(table.rows.size(), budget.rows), left_out = table.left_out + table.rows.size() - shown;
  // A region that scrolls can be reached with the keyboard, and has a name.
  m.open("div", {{"class", shown > fits_a_screen ? "scroll tall" : "scroll"},
                 {"tabindex", "0"},
                 {"role", "region"},
                 {"aria-label", safe_text(table.caption)}});
  m.open("table").open("caption").leaf("span", {}, table.caption).close("caption").open("thead").open("tr").line();
  for (const TableColumn& c : table.columns) m.leaf("th", {{"scope", "col"}, {"class", c.numeric ? "n" : ""}}, c.name);
  m.close("tr").close("thead").line().open("tbody").line();
  for (std::size_t r = 0; r < shown; ++r) {
    m.open("tr");
    for (std::size_t c = 0; c < table.rows[r].size(); ++c) add_cell(m, table, table.rows[r][c], c, budget);
    m.close("tr").line();
  }
  m.close("tbody").close("table").close("div").line();
  if (left_out > 0) m.leaf("p", {{"class", "muted"}}, fmt::format("{} more rows are not shown.", left_out)).line();
  if (table.notes.empty()) return;
  const std::size_t notes = std::min(table.notes.size(), budget.rows);
  m.open("ul", {{"class", "notes"}});
  for (std::size_t i = 0; i < notes; ++i)
    m.leaf("li", {}, fmt::format("[{}] {}", i + 1, safe_text(table.notes[i], budget.characters)));
  if (notes < table.notes.size()) m.leaf("li", {}, fmt::format("{} more notes are not shown.", table.notes.size() - notes));
  m.close("ul").line();
}

// Twice: for wide screens and paper, and for narrow screens. One is not displayed, for screen readers too.
void add_chart(Markup& m, const Chart& chart, const Budget& budget) {
  for (const auto& [width, name] : {std::pair{wide_width, "wide"}, std::pair{narrow_width, "narrow"}}) {
    if (width == narrow_width && !budget.narrow) continue;
    const Drawing drawing = lay_out(chart, width);
    const bool broad = drawing.width > width + 1;
    if (broad)
      m.open("div",
             {{"class", std::string("scroll ") + name}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", drawing.title}});
    m.own(svg_of(drawing, {.tips = budget.tips, .class_names = broad ? "broad" : budget.narrow ? name : ""}));
    if (broad) m.close("div").line();
  }
}

void add_figure(Markup& m, const Figure& figure, std::size_t number, const Budget& budget) {
  // Each row is a point of a line: on paper the chart does.
  const bool points = figure.kind == ChartKind::telemetry || figure.kind == ChartKind::accuracy || figure.kind == ChartKind::loss;
  m.open("section", {{"id", fmt::format("figure{}", number)}, {"class", points ? "points" : ""}})
      .leaf("h2", {}, figure.title)
      .line();
  m.leaf("p", {}, figure.explanation).line().open("figure", {{"class", "wrap"}}).line();
  for (const Chart& chart : figure.charts) add_chart(m, chart, budget);
  m.close("figure").line();
  add_table(m, figure.table, budget);
  m.close("section").line();
}

void add_headlines(Markup& m, const Report& report) {
  for (const Headline& h : report.headlines) {
    m.open("div", {{"class", "answer"}}).leaf("h2", {}, h.work).line();
    for (std::size_t i = 0; i < h.lines.size(); ++i)
      m.leaf("p", {{"class", i == 0 ? "first" : h.lines[i].starts_with("Note: ") ? "note" : ""}}, h.lines[i]).line();
    m.close("div").line();
  }
}

void add_claim(Markup& m, const CheckedClaim& claim, const Budget& budget) {
  std::string kind(name_of(claim.agreement));
  std::replace(kind.begin(), kind.end(), ' ', '-');
  m.open("div", {{"class", "claim is-" + kind}}).leaf("h3", {}, claim.experiment).open("dl").line();
  for (const auto& [term, text, name] : {std::tuple{"the story", claim.claimed, ""}, std::tuple{"here", claim.here, ""},
                                         std::tuple{"verdict", std::string(name_of(claim.agreement)), "verdict"}})
    m.open("div").leaf("dt", {}, term).leaf("dd", {{"class", name}}, safe_text(text, budget.characters)).close("div").line();
  m.close("dl").open("p").own(markup_text(claim.sentence, most_sentence)).close("p");
  if (!claim.details.empty()) m.open("p", {{"class", "muted"}}).own(markup_text(claim.details, most_sentence)).close("p");
  m.close("div").line();
}

void add_story(Markup& m, const StoryReport& story, const Budget& budget) {
  m.open("section", {{"id", "story"}}).leaf("h2", {}, "The story and this machine").line();
  m.open("p").own(markup_text(story.introduction, most_sentence)).close("p").line();
  if (!story.machine.empty()) m.leaf("p", {}, "Measured on: " + story.machine).line();
  m.leaf("p", {{"class", "first"}}, story.summary).line();
  for (const CheckedClaim& claim : story.claims) add_claim(m, claim, budget);
  m.close("section").line();
  if (story.pictures.empty()) return;
  m.open("section", {{"id", "pictures"}}).leaf("h2", {}, "Pictures").line();
  for (const ShownSheet& sheet : story.pictures) {
    m.leaf("p", {}, sheet.caption).line();
    if (sheet.jpeg.empty())
      m.leaf("p", {{"class", "muted"}}, "Not made.").line();
    else
      m.own(fmt::format("<img class=\"sheet\" alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/jpeg;base64,{}\">",
                        markup_text(sheet.caption), sheet.width, sheet.height, base64(sheet.jpeg)))
          .line();
  }
  m.close("section").line();
}

void add_contents(Markup& m, const Report& report) {
  m.open("nav", {{"aria-label", "contents"}}).open("ul").line();
  if (report.story) m.open("li").leaf("a", {{"href", "#story"}}, "The story and this machine").close("li").line();
  if (report.story && !report.story->pictures.empty())
    m.open("li").leaf("a", {{"href", "#pictures"}}, "Pictures").close("li").line();
  if (report.story) m.open("li").leaf("a", {{"href", "#fastest"}}, "What was fastest").close("li").line();
  for (std::size_t i = 0; i < report.figures.size(); ++i)
    m.open("li").leaf("a", {{"href", fmt::format("#figure{}", i + 1)}}, safe_text(report.figures[i].title, 60)).close("li").line();
  m.open("li").leaf("a", {{"href", "#cells"}}, "Every cell").close("li");
  m.open("li").leaf("a", {{"href", "#places"}}, "Where it was measured").close("li");
  m.close("ul").close("nav").line();
}

std::string page_with(const Report& report, const PageOptions& options, const Budget& budget) {
  Markup m;
  m.own(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
  m.leaf("title", {}, report.story ? report.story->title : "cnnbench report").own("\n<style>\n");
  m.own(page_rules()).own(chart_rules()).own("</style>\n</head>\n<body>\n");
  m.open("svg", {{"width", "0"}, {"height", "0"}, {"aria-hidden", "true"}, {"style", "position:absolute"}})
      .own(pattern_definitions())
      .close("svg")
      .line();
  m.open("header").leaf("h1", {}, report.story ? report.story->title : "Training speed report").line();
  m.leaf("p", {{"class", "muted"}}, options.generated).close("header").line().open("main").line();
  if (!report.story) add_headlines(m, report);
  add_contents(m, report);
  if (report.story) {
    add_story(m, *report.story, budget);
    m.open("section", {{"id", "fastest"}}).leaf("h2", {}, "What was fastest").line();
    add_headlines(m, report);
    m.close("section").line();
  }
  for (std::size_t i = 0; i < report.figures.size(); ++i) add_figure(m, report.figures[i], i + 1, budget);
  m.open("section", {{"id", "cells"}}).leaf("h2", {}, "Every cell").line();
  add_table(m, report.cells, budget);
  m.close("section").line().open("section", {{"id", "places"}}).leaf("h2", {}, "Where it was measured").line();
  add_table(m, report.places, budget);
  m.close("section").line().close("main").line();
  m.leaf("footer", {}, "“–” is unknown or not measured, never zero. What the numbers mean: docs/measuring.md of cnnbench.").line();
  return m.own("</body>\n</html>\n").take();
}

}  // namespace

std::string page_of(const Report& report, const PageOptions& options) {
  std::string page;
  for (const Budget& budget : budgets) {
    page = page_with(report, options, budget);
    if (page.size() < most_page_bytes) break;
  }
  return page;
}

}  // namespace cnnbench::report
