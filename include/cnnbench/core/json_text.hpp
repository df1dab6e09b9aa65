// JSON as text. What is no UTF-8 in it (names of files may be none) is replaced by U+FFFD, it is no error. Written once, for
// nlohmann's serializer is compiled wherever dump() is called.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cnnbench {

std::string json_line(const nlohmann::ordered_json&);
std::string json_line(const nlohmann::json&);
std::string json_text(const nlohmann::ordered_json&, int indent = 2);  // in lines; no newline at the end
std::string value_text(const nlohmann::ordered_json&);                 // a string without its quotes, anything else as JSON

std::string valid_utf8(std::string_view text);  // each byte that is none, replaced likewise

}  // namespace cnnbench
