// A line on stderr for each file that was changed after it was written (results/changed.hpp): the taint travels, this is said at once.
#pragma once

#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

void warn_of_changes(const std::vector<Row>&);

}  // namespace cnnbench
