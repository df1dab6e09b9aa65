// A contact sheet of augmentation: a row per picture, the original first, then what it becomes in each epoch, with the draws
// below. Small pictures are enlarged by whole pixels, so what is seen is what the network gets.
#pragma once

#include "cnnbench/draw/canvas.hpp"
#include "cnnbench/pipeline/preview.hpp"

namespace cnnbench {

struct SheetScale {
  int factor = 1;    // a pixel becomes factor x factor equal ones
  double ratio = 1;  // below 1 where pictures are too large for a sheet: they are shrunk by it
  ImageSize shown(ImageSize picture) const;
};
SheetScale sheet_scale(ImageSize input);

struct AugmentSheetLayout {
  ImageSize size{};  // of the sheet
  SheetScale scale{};
  ImageSize original{}, version{};                      // as shown
  int first_column = 0, other_columns = 0;              // widths, with the gap to the next
  int row_height = 0;                                   // likewise
  int top = 0, left = 0;                                // of the first picture
  Box tile(std::size_t row, std::size_t column) const;  // where a picture is; column 0 is the original
};
// Throws Error(usage) where the sheet would be too large.
AugmentSheetLayout lay_out(const Preview&);

// The preview must have been filled.
Canvas augment_sheet(const Preview&);

}  // namespace cnnbench
