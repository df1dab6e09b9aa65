// A sheet of predictions: pictures with class and probability, framed and marked where the truth is known, and the confusion
// matrix and scores below. Not here: reading the pictures, choosing which (results/answers.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/draw/canvas.hpp"
#include "cnnbench/results/answers.hpp"

namespace cnnbench {

struct PredictionTile {
  Canvas picture{};  // at most prediction_picture, see picture_thumbnail
  Answer answer{};
};
inline constexpr ImageSize prediction_picture{180, 180};

struct PredictionSheet {
  std::string title{}, subtitle{};
  std::vector<std::string> class_names{};
  std::vector<PredictionTile> tiles{};
  // Of all pictures, not only those shown; nothing where no truth is known.
  std::optional<Confusion> confusion{}, unscaled{};
};

struct PredictionLayout {
  int columns = 1, tile_height = 0;
  ImageSize size{};                  // of everything above the tables
  Box picture(std::size_t i) const;  // the square that holds picture i and its frame
};
PredictionLayout lay_out(const PredictionSheet&);

// Throws Error(usage) where the sheet would be too large.
Canvas prediction_sheet(const PredictionSheet&);

// A picture file, made to fit the box with its proportions kept. Throws as decode_picture does.
Canvas picture_thumbnail(const std::string& file, ImageSize box);

}  // namespace cnnbench
