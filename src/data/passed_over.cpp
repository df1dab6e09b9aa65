#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cnnbench/data/folder.hpp"

namespace cnnbench {
namespace {

constexpr std::array<std::string_view, 11> left_behind{"__MACOSX",
                                                       ".DS_Store",
                                                       "Thumbs.db",
                                                       "desktop.ini",
                                                       ".ipynb_checkpoints",
                                                       "@eaDir",
                                                       "#recycle",
                                                       "$RECYCLE.BIN",
                                                       "System Volume Information",
                                                       "lost+found",
                                                       "@Recycle"};

bool same_in_any_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The most frequent first.
std::string counts(const std::map<std::string, std::size_t>& by_name) {
  std::vector<std::pair<std::string, std::size_t>> sorted(by_name.begin(), by_name.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> words;
  for (const auto& [name, count] : sorted) words.push_back(fmt::format("{} {}", name, count));
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

bool is_leaving(const std::string& name) {
  return name.starts_with("._") ||
         std::any_of(left_behind.begin(), left_behind.end(), [&](std::string_view known) { return same_in_any_case(name, known); });
}

void PassedOver::add(const PassedOver& other) {
  for (const auto& [name, count] : other.files) files[name] += count;
  for (const auto& [name, count] : other.leavings) leavings[name] += count;
}

std::vector<std::string> PassedOver::notes() const {
  std::vector<std::string> out;
  std::size_t all = 0;
  for (const auto& [name, count] : files) all += count;
  if (all > 0) out.push_back(fmt::format("{} {} left out: {}", all, all == 1 ? "file was" : "files were", counts(files)));
  if (!leavings.empty())
    out.push_back(fmt::format("passed over, as archivers, file managers and file servers leave it behind: {}", counts(leavings)));
  return out;
}

}  // namespace cnnbench
