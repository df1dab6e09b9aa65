// The report's tables on a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/report/page.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

constexpr std::size_t most_rows = 24, widest = 56;

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, length_of(text)), ' ');
  return right ? space + text : text + space;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string table_text(const Table& table, std::size_t most = most_rows) {
  const std::size_t shown = std::min(table.rows.size(), most), left_out = table.left_out + table.rows.size() - shown;
  std::vector<std::vector<std::string>> cells(shown + 1);
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    cells[0].push_back(table.columns[c].name);
    for (std::size_t r = 0; r < shown; ++r) cells[r + 1].push_back(safe_text(table.rows[r].at(c).text, widest));
    widths.push_back(0);
    for (const auto& row : cells) widths.back() = std::max(widths.back(), row.empty() ? 0 : length_of(row.back()));
  }
  std::string out = safe_text(table.caption) + "\n";
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < cells[r].size(); ++c)
      line += (c == 0 ? "" : " | ") + padded(cells[r][c], widths[c], table.columns[c].numeric);
    out += trimmed(line);
    std::size_t rule = 3 * (widths.empty() ? 0 : widths.size() - 1);
    for (const std::size_t width : widths) rule += width;
    if (r == 0) out += std::string(rule, '-') + "\n";
  }
  if (left_out > 0) out += fmt::format("{} more rows are not shown\n", left_out);
  const std::size_t notes = std::min(table.notes.size(), most_rows);
  for (std::size_t i = 0; i < notes; ++i) out += fmt::format("[{}] {}\n", i + 1, safe_text(table.notes[i]));
  if (notes < table.notes.size()) out += fmt::format("{} more notes are not shown\n", table.notes.size() - notes);
  return out;
}

std::string story_text(const StoryReport& story) {
  Table table{.caption = story.title, .columns = {{"experiment"}, {"the story"}, {"here"}, {"verdict"}}, .rows = {}};
  std::string sentences;
  for (const CheckedClaim& claim : story.claims) {
    table.rows.push_back({{claim.experiment}, {claim.claimed}, {claim.here}, {std::string(name_of(claim.agreement))}});
    sentences +=
        fmt::format("{}: {}\n", safe_text(claim.experiment), safe_text(joined(claim.sentence, claim.details), most_sentence));
  }
  return fmt::format("{}{}\n\n{}\n", table_text(table, story.claims.size()), safe_text(story.summary), sentences);
}

}  // namespace

std::string text_of(const Report& report, std::optional<ChartKind> only) {
  std::string out;
  if (!only && report.story) out += story_text(*report.story);
  if (!only)
    for (const Headline& h : report.headlines) {
      out += safe_text(h.work) + "\n";
      for (const std::string& line : h.lines) out += "  " + safe_text(line) + "\n";
      out += "\n";
    }
  for (const Figure& f : report.figures)
    if (!only || f.kind == *only) out += table_text(f.table) + "\n";
  if (!only) out += table_text(report.cells) + "\n" + table_text(report.places);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace cnnbench::report
