// What stands after --axis, one a line: as many values and cells as it says, or a usage error.
#include <vector>

#include "cnnbench/measure/grid.hpp"
#include "targets.hpp"

namespace cnnbench::fuzz {
namespace {

constexpr std::size_t most_values = 1000, most_cells = 100'000, made_here = 2000;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= text.size() && out.size() < 8;) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

}  // namespace

bool axes(Input in) {
  try {
    std::vector<Axis> all;
    std::size_t cells = 1;
    for (const std::string& line : lines_of(text_of(in))) {
      all.push_back(parse_axis(line));
      const Axis& axis = all.back();
      require(!axis.key.empty() && !axis.values.empty() && axis.values.size() <= most_values,
              "an axis without values, or with too many");
      for (const std::string& value : axis.values) require(!value.empty(), "an axis with a value that is nothing");
      cells *= std::min(axis.values.size(), most_cells);
      if (cells > made_here && cells <= most_cells) return true;  // takes its time
    }
    const std::vector<Cell> made = make_grid(all);
    require(made.size() == cells, "a grid with other cells than its axes say");
    for (const Cell& cell : made)
      require(cell.sets.size() == all.size() && cell.axes.size() == all.size(), "a cell that lacks an axis");
    return true;
  } catch (const Error& e) {
    require(e.code() == ExitCode::usage && !e.remedy().empty(), e.what());
    return false;
  }
}

}  // namespace cnnbench::fuzz
