// A text that is a whole number and nothing else.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace cnnbench {

// nullopt: it is none, or none that an int holds.
inline std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return text.empty() || error != std::errc{} || stop != end ? std::nullopt : std::optional(value);
}

}  // namespace cnnbench
