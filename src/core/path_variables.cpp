#include "cnnbench/core/path_variables.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>

namespace cnnbench {
namespace {

struct Place {
  std::size_t at = std::string::npos, length = 0;  // npos: there is none
  std::string name{};
};

// The next one from `from` on. A "$" that no name follows ("a$", "$1") is a letter as any other.
Place next_variable(const std::string& path, std::size_t from) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  if (from == 0 && (path == "~" || path.starts_with("~/"))) return {0, 1, "HOME"};
  for (std::size_t at = path.find('$', from); at != path.npos; at = path.find('$', at + 1)) {
    const bool braces = path.substr(at + 1, 1) == "{";
    const std::size_t begin = at + (braces ? 2 : 1);
    std::size_t end = begin;
    while (end < path.size() && (is_letter(path[end]) || (end > begin && std::isdigit(static_cast<unsigned char>(path[end])) != 0)))
      ++end;
    if (end == begin || (braces && path.substr(end, 1) != "}")) continue;
    return {at, end + (braces ? 1 : 0) - at, path.substr(begin, end - begin)};
  }
  return {};
}

const char* value_of(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr || *value == '\0' ? nullptr : value;
}

}  // namespace

std::string with_variables(const std::string& path) {
  std::string out;
  std::size_t from = 0;
  for (Place place = next_variable(path, 0); place.at != path.npos; place = next_variable(path, from)) {
    const char* value = value_of(place.name);
    out += path.substr(from, place.at - from) + (value != nullptr ? value : path.substr(place.at, place.length));
    from = place.at + place.length;
  }
  return out + path.substr(from);
}

std::string unset_variable(const std::string& path) {
  for (Place place = next_variable(path, 0); place.at != path.npos; place = next_variable(path, place.at + place.length))
    if (value_of(place.name) == nullptr)
      return fmt::format("the variable {} is {}", place.name, std::getenv(place.name.c_str()) == nullptr ? "not set" : "empty");
  return "";
}

}  // namespace cnnbench
