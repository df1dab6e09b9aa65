#include "cnnbench/cli/option_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

namespace cnnbench {
namespace {

// "1 to 700" of CLI11's "INT:INT in [1 - 700]". A bound that only keeps nonsense out is not worth a reader's time.
std::string range_of(const std::string& type) {
  constexpr double no_bound = 1e5;
  const std::size_t open = type.find(" in ["), dash = type.find(" - ", open), close = type.find(']', dash);
  if (open == std::string::npos || dash == std::string::npos || close == std::string::npos) return {};
  const std::string low = type.substr(open + 5, dash - open - 5), high = type.substr(dash + 3, close - dash - 3);
  if (std::strtod(high.c_str(), nullptr) < no_bound) return fmt::format("{} to {}", low, high);
  return std::strtod(low.c_str(), nullptr) > 0 ? "at least " + low : "";
}

std::string names_of(const std::set<CLI::Option*>& options) {
  std::set<std::string> names;  // by name: pointers have another order in every process
  for (const CLI::Option* option : options) names.insert(option->get_lnames().empty() ? "" : "--" + option->get_lnames().front());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

bool is_named(const CLI::Option& option) { return !option.get_lnames().empty() || !option.get_snames().empty(); }

std::string argument_of(const CLI::Option& option) {
  if (!option.get_positional()) return {};
  std::string name = option.get_name(true, false);
  if (const std::size_t comma = name.find(','); comma != std::string::npos) name.resize(comma);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return option.get_items_expected_max() > 1 ? name + "..." : name;
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.find('}', open);
  std::vector<std::string> all;
  if (open == std::string::npos || close == std::string::npos) return all;
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(type.find(',', begin), close);
    all.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

std::string value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0 || option.get_type_size_max() == 0) return {};
  if (const auto choices = choices_of(option); !choices.empty()) return fmt::format("{}", fmt::join(choices, "|"));
  std::string type = option.get_type_name();
  type.resize(std::min(type.find(':'), type.size()));
  return type == "INT" || type == "UINT" || type == "FLOAT" ? "N" : type;
}

std::string meaning_of(const CLI::Option& option) {
  std::string text = option.get_description();
  std::vector<std::string> notes;
  if (const std::string& usual = option.get_default_str(); !usual.empty()) notes.push_back("default: " + usual);
  if (const std::string range = range_of(option.get_type_name()); !range.empty()) notes.push_back(range);
  if (!notes.empty()) text += fmt::format(" ({})", fmt::join(notes, "; "));
  if (const std::string names = names_of(option.get_needs()); !names.empty()) text += "; only with " + names;
  if (const std::string names = names_of(option.get_excludes()); !names.empty()) text += "; not with " + names;
  return text;
}

}  // namespace cnnbench
