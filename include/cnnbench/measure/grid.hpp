// A benchmark's cells: every combination of its axes over a base config. An axis is any config key and a list of values:
// 1,2,4   1-8*2 (1, 2, 4, 8)   0-30+10 (0, 10, 20, 30)   3-5 (3, 4, 5). Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

// Lists and ranges, commas between; a comma within brackets belongs to its value ([48,64]); anything that is no range is a value as
// it stands. Throws Error(usage) on an empty list, a range that does not grow, or more than 1,000 values.
std::vector<std::string> axis_values(const std::string& text);

struct Axis {
  std::string key;  // "loader.workers"
  std::vector<std::string> values;
};

// "train.lr=..." with the key as the config has it. Throws Error(usage).
Axis parse_axis(const std::string& text);

struct Cell {
  std::vector<std::string> sets;  // "loader.workers=2", one per axis
  nlohmann::ordered_json axes;    // {"loader.workers": "2"}
};

// The last axis changes fastest. No axis: one cell. Throws Error(usage) beyond 100,000 cells or where a key comes twice.
std::vector<Cell> make_grid(const std::vector<Axis>&);

}  // namespace cnnbench
