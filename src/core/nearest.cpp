#include "cnnbench/core/nearest.hpp"

#include <algorithm>
#include <cctype>

#include "cnnbench/core/edit_distance.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t longest = 64;  // of a name that somebody typed

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::string initials(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (i == 0 || word[i - 1] == '_') out += word[i];
  return out.size() > 1 ? out : "";
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > longest) return std::nullopt;
  const std::string wanted = lower(word);
  std::optional<std::string> best;
  std::size_t best_distance = 0;
  for (const std::string& as_written : candidates) {
    if (as_written.empty()) continue;
    const std::string candidate = lower(as_written);
    if (wanted == initials(candidate)) return as_written;
    std::size_t distance = edit_distance(wanted, candidate);
    // kernel_size is meant to be kernel, although five letters away.
    const bool contained =
        candidate.size() > 2 && (wanted.find(candidate) != wanted.npos || candidate.find(wanted) != candidate.npos);
    if (contained && wanted.size() > 2) distance = std::min<std::size_t>(distance, 2 + distance / 8);
    if (distance > std::max<std::size_t>(2, std::max(wanted.size(), candidate.size()) * 2 / 5)) continue;
    if (!best || distance < best_distance) {
      best = as_written;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace cnnbench
