// How much of a terminal's line a text takes, and cutting it there. A cell holds a letter; letters of Chinese, Japanese and Korean
// and most pictures take two, combining marks none (Unicode's East_Asian_Width, abridged to whole blocks: terminals differ in the
// rest). The texts are safe_text: no control characters.
#pragma once

#include <string>
#include <string_view>

namespace cnnbench {

int cells_of(std::string_view text);

// Its beginning, no wider than `cells`; never a part of a character.
std::string_view cut_to(std::string_view text, int cells);

// With spaces behind it, so that it is at least that wide.
std::string padded(std::string_view text, int cells);

// Every character beyond ASCII becomes '?', for terminals that would show something else.
std::string ascii_only(std::string_view text);

}  // namespace cnnbench
