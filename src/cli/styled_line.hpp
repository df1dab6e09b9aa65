// A line of a screen in pieces of different tone, fitted by terminal cells. Escape codes come last, so that nothing cuts them.
#pragma once

#include <string>
#include <vector>

namespace cnnbench {

enum class Tone { plain, strong, quiet, good, warning, accent };

struct Piece {
  std::string text;
  Tone tone = Tone::plain;
};
using Line = std::vector<Piece>;
using Lines = std::vector<Line>;

int cells_of(const Line&);
Line fitted(const Line&, int cells);                               // cut, or with spaces behind it
std::string rendered(const Line&, int most_cells, bool coloured);  // cut; no spaces at its end

}  // namespace cnnbench
