// Pictures in a terminal: a character cell shows two pixels, the upper one as the foreground of a half block, the lower one
// as its background. Not here: whether the terminal can do it (that is colour_depth) and what is shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/draw/canvas.hpp"

namespace cnnbench {

enum class ColourDepth { none, colours256, truecolour };

struct TerminalFacts {
  bool terminal = false;         // stdout is one
  bool no_color = false;         // NO_COLOR or --no-color
  std::string_view term{};       // $TERM
  std::string_view colorterm{};  // $COLORTERM
};
ColourDepth colour_depth(const TerminalFacts&);

// One string per two rows of pixels, each ending with colours reset. An odd last row stands on the terminal's own ground.
// With ColourDepth::none nothing.
std::vector<std::string> half_blocks(ImageView, ColourDepth);

// The nearest of xterm's colours 16..255: a 6x6x6 cube and 24 greys.
int nearest_of_256(Rgb);

}  // namespace cnnbench
