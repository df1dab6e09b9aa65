// Speeds beside each other: rows are networks (and what else was asked for), columns machines. Pure.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// A Markdown table: images/s with its interval, and the ratio to the base column's. A column is a device of a machine (GPU's name, or
// processor and its cores); machines of the same kind are told apart by the hash of their names. `base`: part of a column's
// name, empty: the first column. Throws Error(usage) where no or several columns match it. Rows that failed are left out.
std::string speed_table(const std::vector<Row>&, const std::string& base);

}  // namespace cnnbench
