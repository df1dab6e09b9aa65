// A table in columns, as Markdown and as text of equal widths.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cnnbench {

struct Column {
  std::string name;
  bool number = false;
  std::vector<std::string> cells;  // one a row
};

std::size_t width_of(const Column&);  // letters, of what a terminal may show

std::string markdown_table(const std::vector<Column>&);
std::string padded_table(const std::vector<Column>&);

}  // namespace cnnbench
