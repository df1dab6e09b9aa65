// A preview for a terminal: thumbnails in half blocks, or a table of the draws where there are no colours.
#pragma once

#include <string>

#include "cnnbench/draw/half_blocks.hpp"
#include "cnnbench/pipeline/preview.hpp"

namespace cnnbench {

// As many versions as fit `columns`; the draws below each. The preview must have been filled.
std::string preview_thumbnails(const Preview&, int columns, ColourDepth);

// A line per version: epoch, what was drawn, the picture's name. ASCII, no escape codes.
std::string preview_table(const Preview&);

}  // namespace cnnbench
