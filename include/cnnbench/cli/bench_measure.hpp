// bench's measuring: the cells of a plan, repetition by repetition, into the file that keeps them.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/results/bench_file.hpp"

namespace cnnbench {

// What the file has of them already (--resume).
void take_up(std::vector<Work>& cells, const BenchFile&);
// Throws Error(usage) where a launcher of ranks is not there.
RepetitionOptions how_to_repeat(const Work&, const BenchOptions&);
// Round after round, the open cells of each in a new order: what the machine does meanwhile falls on all of them.
void measure(std::vector<Work>& cells, const BenchOptions&, BenchFile&);
std::string about_text(double seconds);  // "90 s", "5 min"

}  // namespace cnnbench
