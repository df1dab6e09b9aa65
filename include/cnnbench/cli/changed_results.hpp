// What every command that reads results says of those that were changed (results/changed.hpp) or cannot be read (results/load.hpp).
#pragma once

#include <string_view>
#include <vector>

#include "cnnbench/core/error.hpp"
#include "cnnbench/results/row.hpp"

namespace cnnbench {

// A line on stderr for each file that was changed after it was written: the taint travels, this is said at once.
void warn_of_changes(const std::vector<Row>&);

// After all else was done: names each that is damaged and throws, where there is one. `others`: "the report is of the others".
void end_with_damaged(const std::vector<Error>&, std::string_view others);

}  // namespace cnnbench
