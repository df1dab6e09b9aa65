#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "cnnbench/cli/cells.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/dashboard.hpp"
#include "cnnbench/cli/train_view.hpp"
#include "dashboard_blocks.hpp"

namespace cnnbench {
namespace {

constexpr int narrowest = 29, two_panels_from = 110, most_shown_warnings = 3;

// How much of everything: the first of these that a screen's rows hold is taken.
struct Detail {
  bool curves, settings, run, gaps, bars;
  int speed_rows;        // 0: in one line with its figures
  int least_epoch_rows;  // with the table's head
};
constexpr std::array details{Detail{true, true, true, true, true, 4, 10},    Detail{false, true, true, true, true, 2, 4},
                             Detail{false, true, true, false, true, 2, 4},   Detail{false, true, true, false, true, 1, 3},
                             Detail{false, true, true, false, false, 1, 3},  Detail{false, true, true, false, false, 0, 3},
                             Detail{false, false, true, false, false, 0, 2}, Detail{false, false, false, false, false, 0, 2}};

void append(Lines& to, Lines more) { std::move(more.begin(), more.end(), std::back_inserter(to)); }

Lines above(const DashboardBlocks& blocks, const Detail& d, int width) {
  Lines out{blocks.title()};
  if (d.settings) out.push_back(blocks.settings(width));
  out.push_back(blocks.epoch(width));
  if (d.run) out.push_back(blocks.run(width));
  out.push_back(blocks.figures(width));
  if (d.gaps) out.emplace_back();
  return out;
}

// Speed, time and machine.
Lines measures(const DashboardBlocks& blocks, const Detail& d, int width) {
  Lines out;
  if (d.speed_rows > 0)
    append(out, blocks.speed(width, d.speed_rows));
  else
    out.push_back(blocks.short_speed(width));
  if (d.gaps) out.emplace_back();
  if (d.bars)
    append(out, blocks.time(width));
  else
    out.push_back(blocks.short_time(width));
  append(out, blocks.machine(width));
  return out;
}

// Nothing where it has not enough rows.
Lines one_panel(const DashboardBlocks& blocks, const Detail& d, ScreenSize size) {
  Lines out = above(blocks, d, size.columns);
  append(out, measures(blocks, d, size.columns));
  if (d.gaps) out.emplace_back();
  if (Lines curves = blocks.curves(size.columns); d.curves && !curves.empty()) {
    append(out, std::move(curves));
    out.emplace_back();
  }
  const int room = size.rows - static_cast<int>(out.size()) - d.least_epoch_rows;
  Lines warnings = blocks.warnings(static_cast<std::size_t>(std::clamp(room, 0, most_shown_warnings)));
  if (room < static_cast<int>(blocks.warnings(1).size())) return {};
  append(out, blocks.epochs(size.columns, d.least_epoch_rows + room - static_cast<int>(warnings.size())));
  append(out, std::move(warnings));
  return out;
}

// Side by side below the head: measures, and what was learned.
Lines two_panels(const DashboardBlocks& blocks, ScreenSize size) {
  constexpr int between = 3, most_speed_rows = 12;
  const int left_width = (size.columns - between) / 2, right_width = size.columns - between - left_width;
  Detail d{.curves = true, .settings = true, .run = true, .gaps = true, .bars = true, .speed_rows = 1, .least_epoch_rows = 0};
  Lines out = above(blocks, d, size.columns), warnings = blocks.warnings(most_shown_warnings);
  const int room = size.rows - static_cast<int>(out.size() + warnings.size());
  d.speed_rows = std::clamp(1 + room - static_cast<int>(measures(blocks, d, left_width).size()), 1, most_speed_rows);
  const Lines left = measures(blocks, d, left_width);
  Lines right = blocks.curves(right_width);
  if (!right.empty()) right.emplace_back();
  append(right, blocks.epochs(right_width, room - static_cast<int>(right.size())));
  for (std::size_t row = 0; row < std::max(left.size(), right.size()); ++row) {
    Line line = fitted(row < left.size() ? left[row] : Line{}, left_width + between);
    if (row < right.size()) line.insert(line.end(), right[row].begin(), right[row].end());
    out.push_back(std::move(line));
  }
  append(out, std::move(warnings));
  return out;
}

Lines laid_out(const DashboardState& state, const DashboardBlocks& blocks, ScreenSize size) {
  if (size.columns >= two_panels_from)
    if (Lines wide = two_panels(blocks, size); wide.size() <= static_cast<std::size_t>(size.rows)) return wide;
  if (size.columns >= narrowest)
    for (const Detail& d : details)
      if (Lines lines = one_panel(blocks, d, size); !lines.empty()) return lines;
  if (state.validating) return {{{live_line(*state.validating, size.columns + 1)}}};
  return {{{live_line(state.step.value_or(Stepped{}), size.columns + 1)}}};
}

bool is_unicode(std::string_view locale) {
  std::string lower(locale);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
}

}  // namespace

DashboardLook dashboard_look() {
  DashboardLook look{.script = Script::ascii, .coloured = !Console::get().no_color()};
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    if (is_unicode(value)) look.script = Script::unicode;
    break;
  }
  return look;
}

std::vector<std::string> dashboard_lines(const DashboardState& state, ScreenSize size, DashboardLook look) {
  --size.columns;  // the last column is left free: some terminals would go on in the next line
  const DashboardBlocks blocks(state, look);
  std::vector<std::string> out;
  for (Line& line : laid_out(state, blocks, size)) {
    if (look.script == Script::ascii)
      for (Piece& piece : line) piece.text = ascii_only(piece.text);
    out.push_back(rendered(line, size.columns, look.coloured));
  }
  return out;
}

}  // namespace cnnbench
