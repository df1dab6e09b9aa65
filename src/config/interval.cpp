#include "cnnbench/config/interval.hpp"

#include <regex>

namespace cnnbench {

std::optional<Period> read_interval(const std::string& text) {
  static const std::regex pattern("([0-9]{1,9})(?: ?(epochs?|steps?|s|seconds?))?");
  std::smatch parts;
  if (!std::regex_match(text, parts, pattern)) return std::nullopt;
  const std::string unit = parts[2];
  return Period{.count = std::stoi(parts[1]),
                  .unit = unit.starts_with("step") ? IntervalUnit::steps
                          : unit.starts_with("s")  ? IntervalUnit::seconds
                                                   : IntervalUnit::epochs};
}

}  // namespace cnnbench
