// Numbers as block elements in a terminal: a sparkline of one or more rows, and bars. Eighths of a cell in UTF-8; in ASCII eight
// marks of growing weight, and whole cells.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cnnbench {

enum class Script { unicode, ascii };

struct Bounds {
  double low = 0, high = 1;
};

// Of `values` what a sparkline is drawn between. At least a fifth of the largest value, so that a steady speed does not look wild.
Bounds bounds_of(std::span<const double> values);

// The last `columns` values, the newest to the right, from the top row down; each row is `columns` cells. The lowest value still
// leaves a mark; no value none.
std::vector<std::string> sparkline(std::span<const double> values, Bounds, int columns, int rows, Script);

// `share` (0 to 1) of `columns` cells; nothing behind it.
std::string bar(double share, int columns, Script);

}  // namespace cnnbench
