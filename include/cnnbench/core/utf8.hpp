// UTF-8, one character at a time. Not here: what may be shown (safe_text) and how wide it is (cli/cells).
#pragma once

#include <cstddef>
#include <string_view>

namespace cnnbench {

inline constexpr char32_t replacement_character = 0xFFFD;

struct CodePoint {
  char32_t value = replacement_character;
  std::size_t bytes = 1;
};

// The first of a text that is not empty. Strict: no overlong forms, no surrogates, nothing above U+10FFFF. What is none is one byte
// long and U+FFFD.
CodePoint first_code_point(std::string_view text);

bool is_utf8(std::string_view);

}  // namespace cnnbench
