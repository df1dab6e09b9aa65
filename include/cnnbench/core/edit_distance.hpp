// How far one name is from another. Not here: what is near enough.
#pragma once

#include <cstddef>
#include <string_view>

namespace cnnbench {

// Edits (insert, delete, replace, swap of neighbours) that lead from a to b.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace cnnbench
