// What to write instead where something was written as another program would have it: one sentence each.
#pragma once

#include <string>
#include <string_view>

#include "node.hpp"

namespace cnnbench::config {

// Of a value that is no number although one is wanted; empty: nothing to say.
std::string advice_on_number(std::string_view key, const Node&);

// Of a text that is no JSON, around the character that did not fit; empty: nothing to say.
std::string advice_on_syntax(std::string_view text, std::size_t at);

// Of a whole file that is no UTF-8 text; empty: it may be one.
std::string advice_on_encoding(std::string_view text);

}  // namespace cnnbench::config
