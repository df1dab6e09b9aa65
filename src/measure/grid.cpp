#include "cnnbench/measure/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/random.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t most_values = 1000, most_cells = 100'000;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const std::string& item, const char* problem) {
  throw Error(ExitCode::usage, fmt::format("'{}' {}", item, problem), "lists and ranges look like 1,2,4 or 1-8*2 or 0-30+10");
}

// false: it is no range.
bool add_range(const std::string& item, std::vector<std::string>& out) {
  const std::size_t dash = item.find('-');
  if (dash == std::string::npos || dash == 0) return false;
  const std::size_t step_at = item.find_first_of("*+", dash);
  const auto from = whole(std::string_view(item).substr(0, dash));
  const auto to = whole(std::string_view(item).substr(dash + 1, step_at == std::string::npos ? step_at : step_at - dash - 1));
  const auto step =
      step_at == std::string::npos ? std::optional<std::int64_t>(1) : whole(std::string_view(item).substr(step_at + 1));
  if (!from || !to || !step) return false;
  const bool multiply = step_at != std::string::npos && item[step_at] == '*';
  if (*to < *from || *step < (multiply ? 2 : 1) || (multiply && *from == 0)) refuse(item, "is a range that does not grow");
  // Compared before each step, so that nothing overflows.
  for (std::int64_t value = *from;;) {
    out.push_back(std::to_string(value));
    if (out.size() > most_values) refuse(item, "has more than 1,000 values");
    if (multiply ? value > *to / *step : value > *to - *step) return true;
    value = multiply ? value * *step : value + *step;
  }
}

// The next comma that is not within brackets: [48,64] is one value.
std::size_t end_of_item(const std::string& text, std::size_t from) {
  int depth = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    if (c == ',' && depth <= 0) return at;
  }
  return text.size();
}

}  // namespace

std::vector<std::string> axis_values(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = end_of_item(text, from);
    const std::string item = text.substr(from, comma - from);
    if (item.empty()) refuse(text, "has an empty place in its list");
    if (!add_range(item, out)) out.push_back(item);
    from = comma + 1;
  }
  if (out.size() > most_values) refuse(text, "has more than 1,000 values");
  return out;
}

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw Error(ExitCode::usage, fmt::format("--axis '{}' is no KEY=VALUES", text),
                "for example --axis train.learning_rate=0.001,0.01");
  return {text.substr(0, equals), axis_values(text.substr(equals + 1))};
}

std::vector<Cell> make_grid(const std::vector<Axis>& axes) {
  std::vector<Cell> cells{Cell{{}, nlohmann::ordered_json::object()}};
  for (const Axis& axis : axes) {
    if (cells.front().axes.contains(axis.key))
      throw Error(ExitCode::usage, fmt::format("the axis {} is given twice", axis.key), "put all its values into one list");
    if (cells.size() * axis.values.size() > most_cells)
      throw Error(ExitCode::usage, fmt::format("the grid has more than {} cells", most_cells), "leave an axis out");
    std::vector<Cell> next;
    for (const Cell& cell : cells)
      for (const std::string& value : axis.values) {
        Cell more = cell;
        more.sets.push_back(fmt::format("{}={}", axis.key, value));
        more.axes[axis.key] = value;
        next.push_back(std::move(more));
      }
    cells = std::move(next);
  }
  return cells;
}

}  // namespace cnnbench
