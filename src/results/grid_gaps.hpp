// Which cells of a grid no row is of. Not here: rows that are of the same cell (merge.cpp).
#pragma once

#include "cnnbench/results/merge.hpp"

namespace cnnbench {

// `rows` are those of one grid (Row::grid is there and has one id in all).
MissingCells missing_of(const std::vector<const Row*>& rows);

}  // namespace cnnbench
