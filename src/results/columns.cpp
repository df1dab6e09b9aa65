#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::string shown(const std::string& cell) { return safe_text(cell, cell.size()); }

}  // namespace

std::size_t width_of(const Column& column) {
  std::size_t width = shown(column.name).size();
  for (const std::string& cell : column.cells) width = std::max(width, shown(cell).size());
  return width;
}

std::string markdown_table(const std::vector<Column>& columns) {
  std::string head = "|", rule = "|", body;
  for (const Column& column : columns) {
    head += " " + markdown_text(column.name) + " |";
    rule += column.number ? "---:|" : "---|";
  }
  for (std::size_t i = 0; i < columns.front().cells.size(); ++i) {
    body += "|";
    for (const Column& column : columns) body += fmt::format(" {} |", markdown_text(column.cells[i]));
    body += "\n";
  }
  return fmt::format("{}\n{}\n{}", head, rule, body);
}

std::string padded_table(const std::vector<Column>& columns) {
  std::vector<std::string> lines(columns.front().cells.size() + 1);
  for (const Column& column : columns) {
    const std::size_t width = width_of(column);
    const auto add = [&](std::string& line, const std::string& cell) {
      if (!line.empty()) line += "  ";
      line += column.number ? fmt::format("{:>{}}", shown(cell), width) : fmt::format("{:<{}}", shown(cell), width);
    };
    add(lines[0], column.name);
    for (std::size_t i = 0; i < column.cells.size(); ++i) add(lines[i + 1], column.cells[i]);
  }
  std::string text;
  for (std::string& line : lines) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cnnbench
