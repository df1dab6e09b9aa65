// Words for messages: the nearest known name, lists, values shown safely (short, printable, valid UTF-8).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cnnbench::config {

std::string initials(std::string_view word);  // "lr" of "learning_rate"; of a single word none
// The candidate that `word` was probably meant to be; none when all are far off.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);
// " (nearest: 'workers')", or " (one of a, b, c)" when nothing is near.
std::string nearest_hint(std::string_view word, const std::vector<std::string>& candidates);

std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");
// Control characters escaped, broken UTF-8 replaced, at most about `length` bytes.
std::string printable(std::string_view text, std::size_t length);
std::string in_quotes(std::string_view text);  // 'text', printable
std::string number_text(long double value);

}  // namespace cnnbench::config
