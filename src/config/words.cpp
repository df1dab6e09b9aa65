#include "words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cnnbench/core/edit_distance.hpp"

namespace cnnbench::config {

std::string initials(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (i == 0 || word[i - 1] == '_') out += word[i];
  return out.size() > 1 ? out : "";
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 64) return std::nullopt;
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::optional<std::string> best;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.empty()) continue;
    if (lower == initials(candidate)) return candidate;
    std::size_t distance = edit_distance(lower, candidate);
    // kernel_size is meant to be kernel, although five letters away.
    const bool contained = candidate.size() > 2 && (lower.find(candidate) != lower.npos || candidate.find(lower) != lower.npos);
    if (contained && lower.size() > 2) distance = std::min<std::size_t>(distance, 2 + distance / 8);
    if (distance > std::max<std::size_t>(2, std::max(lower.size(), candidate.size()) * 2 / 5)) continue;
    if (!best || distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

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
  const nlohmann::json valid =
      nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::string shown;
  for (const char c : valid.get_ref<const std::string&>()) {
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
