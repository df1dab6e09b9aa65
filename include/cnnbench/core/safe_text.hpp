// The one place where texts of unknown origin (names of runs, files, devices; messages) become fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace cnnbench {

// Valid UTF-8 in one line. Bytes that are no UTF-8, and characters that XML forbids, become U+FFFD; control characters (escape
// codes too), line ends and what turns the direction of writing become a space. No longer than max_characters, with "…" at its end.
inline constexpr std::size_t most_characters = 400;
std::string safe_text(std::string_view text, std::size_t max_characters = most_characters);

// safe_text with & < > " ' as entities: inert in HTML and SVG, in text and in quoted attributes.
std::string markup_text(std::string_view text, std::size_t max_characters = most_characters);

// Characters (code points) of valid UTF-8.
std::size_t length_of(std::string_view text);

}  // namespace cnnbench
