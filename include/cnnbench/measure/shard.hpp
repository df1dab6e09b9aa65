// A sweep over several machines: each measures its share (a shard) of a grid's cells. Pure: who measures a cell follows from the
// cell's place in the grid alone, so machines that know nothing of each other agree. Neither from estimates, which every machine
// has its own of, nor from a hash of what was resolved, which a machine without the pictures cannot resolve (and by which, of few
// cells, some shard would get twice another's).
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace cnnbench {

// As Jest, Playwright and cargo-nextest count: 1/3, 2/3, 3/3.
struct Shard {
  int index = 1, count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};
std::string shard_text(const Shard&);  // "2/3"

using EnvironmentVariable = std::function<std::optional<std::string>(const std::string&)>;

// "2/3", or "slurm": this task's place among those of its job array (SLURM_ARRAY_TASK_ID, _MIN, _MAX, _COUNT, _STEP), which need
// neither begin at 0 nor be dense (--array=10-30:10 are 1/3, 2/3, 3/3). Throws Error(usage) that names the range.
Shard parse_shard(const std::string& text, const EnvironmentVariable&);

// Whether this is a task of a job array of several; no exception.
bool in_slurm_array(const EnvironmentVariable&);

// Of the cell at `place` (from 0) in a grid, 1 to `count`: the digit sum of the place in base `count`, modulo `count`, which is the
// Thue-Morse sequence where that is 2. Each `count` cells in a row go to different shards, in an order that changes, so no shard
// gets all the cells of one value of an axis, and costs that grow along an axis, as a polynomial of the place, even out (Prouhet
// 1851; Allouche and Shallit, "The ubiquitous Prouhet-Thue-Morse sequence", 1999).
int shard_of(std::size_t place, int count);

}  // namespace cnnbench
