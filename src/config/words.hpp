// Words for messages: hints (core/nearest.hpp), lists, values shown safely (short, printable, valid UTF-8).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/core/nearest.hpp"

namespace cnnbench::config {

// " (nearest: 'workers')", or " (one of a, b, c)" when nothing is near.
std::string nearest_hint(std::string_view word, const std::vector<std::string>& candidates);

std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");
// Control characters escaped, broken UTF-8 replaced, at most about `length` bytes.
std::string printable(std::string_view text, std::size_t length);
std::string in_quotes(std::string_view text);  // 'text', printable
std::string number_text(long double value);

}  // namespace cnnbench::config
