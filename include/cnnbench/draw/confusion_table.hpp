// A confusion matrix and the scores per class as a picture: rows are the truth, columns what was said, cells shaded by their
// share of the row.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/draw/canvas.hpp"
#include "cnnbench/results/answers.hpp"

namespace cnnbench {

// More classes than this make a matrix that nobody reads; then there are only the scores of the classes with most pictures.
inline constexpr std::size_t most_matrix_classes = 20;

// At least as wide as it must be; where `width` allows, matrix and scores stand beside each other.
Canvas confusion_table(const Confusion&, const std::vector<std::string>& class_names, const std::string& title, int width);

}  // namespace cnnbench
