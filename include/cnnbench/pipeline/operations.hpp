// What augmentation can do to a picture: one table, in the order of the draws, from which follow the draw and its matrix, its
// words, its JSON, what a device is told of it, and what a benchmark leaves out. A new operation is a line there, its keys in
// AugmentConfig, its numbers in Draw, and, where it is no matrix, its pixels: pipeline/warp's backends for bytes, train/preprocess
// for floats.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/random.hpp"
#include "cnnbench/pipeline/draw.hpp"

namespace cnnbench {

// in_row = a * row + b * column + c; in_column = d * row + e * column + f.
struct RowColumnMatrix {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};

// A number of a Draw, with the range in which matrices and colours stay finite; a whole number's and a flag's follow from the
// pictures.
struct DrawNumber {
  const char* name;
  std::variant<float Draw::*, int Draw::*, bool Draw::*> member;
  double low = 0, high = 0;
  const char* meaning;
};

enum class Stage {
  matrix,  // part of the one map by which a picture is warped, wherever that is done
  bytes,   // on the warped bytes, by the backend; on a device after its warp
  floats   // before rescaling, where the network is
};

struct Operation {
  const char* name;
  std::vector<std::string_view> keys;  // of section augment
  Stage stage;
  bool resizes = false;  // the network gets pictures of another size: cannot be left out
  bool (*used)(const AugmentConfig&);
  void (*leave_out)(AugmentConfig&);
  // Takes the same count of numbers whether it is used or not, so that switching one on leaves the others' draws as they were.
  void (*draw)(const AugmentConfig&, ImageSize in, ImageSize out, RandomStream&, Draw&);
  RowColumnMatrix (*about_centre)(const Draw&) = nullptr;  // Stage::matrix; none: folded in after those (flips, crop)
  std::vector<DrawNumber> numbers;
  std::string (*caption)(const Draw&);  // "zoom 0.92 1.10"
};

std::span<const Operation> operations();

// Whether pictures are sampled between their pixels, not only moved and recoloured: what the backends differ in.
bool interpolates(const AugmentConfig&);

// The numbers that a device needs beside the matrix, in its rows' order.
std::span<float Draw::*const> device_numbers();

}  // namespace cnnbench
