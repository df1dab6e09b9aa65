// The name that was probably meant, for "did you mean". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

// "lr" of "learning_rate"; of a single word none.
std::string initials(std::string_view word);

// The candidate that `word` was probably meant to be, in any case; of equally near ones the first. None when all are far off.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cnnbench
