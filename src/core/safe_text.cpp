#include "cnnbench/core/safe_text.hpp"

#include "cnnbench/core/utf8.hpp"

namespace cnnbench {
namespace {

bool is_blank(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool line_end = c == 0x2028 || c == 0x2029;
  const bool direction = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || line_end || direction;
}

bool is_forbidden(char32_t c) { return (c & 0xFFFEU) == 0xFFFE || c == 0xFEFF; }  // no characters, and a byte order mark

}  // namespace

std::string safe_text(std::string_view text, std::size_t max_characters) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    if (count == max_characters) return out + "…";
    const CodePoint next = first_code_point(text.substr(at));
    if (is_blank(next.value))
      out += ' ';
    else if (next.value == replacement_character || is_forbidden(next.value))
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(at, next.bytes);
    at += next.bytes;
  }
  return out;
}

std::string markup_text(std::string_view text, std::size_t max_characters) {
  std::string out;
  for (const char c : safe_text(text, max_characters)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::size_t length_of(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace cnnbench
