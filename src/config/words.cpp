#include "words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/core/json_text.hpp"

namespace cnnbench::config {

std::string nearest_hint(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto near = nearest(word, candidates)) return " (nearest: '" + *near + "')";
  return candidates.empty() ? "" : " (one of " + joined(candidates) + ")";
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

std::string printable(std::string_view text, std::size_t length) {
  const bool cut = text.size() > length;
  if (cut) {
    // Not in the middle of a character.
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    text = text.substr(0, length);
  }
  std::string shown;
  for (const char c : valid_utf8(text)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      shown += c;
  }
  return cut ? shown + "..." : shown;
}

std::string in_quotes(std::string_view text) { return fmt::format("'{}'", printable(text, 60)); }

std::string number_text(long double value) {
  if (std::abs(value) < 1e20L && value == std::floor(value)) return fmt::format("{:.0f}", value);
  return fmt::format("{}", static_cast<double>(value));
}

}  // namespace cnnbench::config
