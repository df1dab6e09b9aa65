// Rows from the CSV that rows_text() writes. Not here: CSV of others.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// Throws Error(failed) naming `source`, the line of the table and the column.
std::vector<Row> rows_of_csv(const std::string& text, const std::string& source);

}  // namespace cnnbench
