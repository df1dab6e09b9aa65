// Resizes a picture that arrives row by row, to the pixel as Pillow's Image.resize does it (which is what Keras' load_img
// calls): nearest is NEAREST, bilinear is BILINEAR (antialiased: the triangle widens with the scale), area is BOX. cv::resize has
// none of these to the pixel (tests/data/resize_test.cpp shows where they part), so they are done here. cubic is cv::resize's
// INTER_CUBIC. Only what the output needs is kept. Not here: decoding. Reusable; one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/core/image.hpp"

namespace cnnbench {

// Source index of each of `out` positions over `in` pixels under NEAREST; ascending.
void nearest_positions(int in, int out, std::vector<int>& positions);

class RowResizer {
 public:
  void begin(ImageSize source, Interpolation, ImageSpan out);
  // Whether row y of the source is looked at; rows that are not may be left out.
  bool wants(int y) const;
  // Row y of the source, RGB; rows in ascending order.
  void put(int y, const std::uint8_t* rgb);
  // After the last row; only now is the output complete.
  void finish();

  // Under nearest: which source column and row each output column and row comes from.
  std::span<const int> columns() const { return columns_; }
  std::span<const int> rows() const { return rows_; }

 private:
  // For each output position the first source pixel, how many, and their weights as Pillow's 22-bit fixed point numbers.
  struct Taps {
    std::vector<int> first, count;
    std::vector<std::int32_t> weights;
    int stride = 0;
    void prepare(int in, int out, Interpolation);
  };

  ImageSize source_;
  ImageSpan out_;
  Interpolation interpolation_ = Interpolation::nearest;
  std::vector<int> columns_, rows_;
  std::size_t next_row_ = 0;
  Taps across_, down_;
  std::vector<std::uint8_t> narrowed_;  // source height x output width
  std::vector<std::uint8_t> whole_;     // the source; cubic only
  std::vector<std::int32_t> sums_;
};

}  // namespace cnnbench
