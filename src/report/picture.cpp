#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/report/images.hpp"
#include "cnnbench/report/numbers.hpp"
#include "layout.hpp"

namespace cnnbench::report {
namespace {

constexpr std::size_t most_lines = 12;

void add_notes(Drawing& d, const std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < std::min(notes.size(), most_lines); ++i)
    add_lines(d, fmt::format("[{}] {}", i + 1, notes[i]), 0, d.width, 2);
  if (notes.size() > most_lines) add_lines(d, fmt::format("{} more notes", notes.size() - most_lines), 0, d.width, 1);
}

// "Example CPU, 8 cores, Example GPU; libtorch 2.11.0, build abcdef"
std::string place_line(const std::vector<TableCell>& place) {
  enum { where, processor, cores, gpu, memory, governor, kernel, system, libtorch, build };
  std::string text = fmt::format("{}, {} cores", place.at(processor).text, place.at(cores).text);
  if (place.at(gpu).text != missing) text += ", " + place.at(gpu).text;
  return fmt::format("Measured on {}; libtorch {}, cnnbench {}", text, place.at(libtorch).text, place.at(build).text);
}

}  // namespace

std::optional<Drawing> drawing_of(const Report& report, ChartKind kind) {
  std::vector<Drawing> drawings;
  for (const Figure& figure : report.figures) {
    if (figure.kind != kind) continue;
    for (const Chart& chart : figure.charts) drawings.push_back(lay_out(chart, wide_width));
    Drawing notes{.width = wide_width};
    add_notes(notes, figure.table.notes);
    if (!notes.items.empty()) drawings.push_back(std::move(notes));
  }
  if (drawings.empty()) return std::nullopt;
  Drawing places{.width = wide_width};
  for (std::size_t i = 0; i < std::min(report.places.rows.size(), most_lines); ++i)
    add_lines(places, place_line(report.places.rows[i]), 0, wide_width, 2);
  drawings.push_back(std::move(places));
  return stacked(drawings);
}

}  // namespace cnnbench::report
