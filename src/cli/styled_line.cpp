#include "styled_line.hpp"

#include <fmt/format.h>

#include "cnnbench/cli/cells.hpp"

namespace cnnbench {
namespace {

const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "1";
    case Tone::quiet:
      return "2";
    case Tone::good:
      return "32";
    case Tone::warning:
      return "33";
    case Tone::accent:
      return "36";
    case Tone::plain:
      break;
  }
  return "";
}

Line cut(const Line& line, int cells) {
  Line out;
  for (const Piece& piece : line) {
    out.push_back({std::string(cut_to(piece.text, cells)), piece.tone});
    cells -= cells_of(out.back().text);
    if (out.back().text.size() < piece.text.size()) break;
  }
  return out;
}

}  // namespace

int cells_of(const Line& line) {
  int cells = 0;
  for (const Piece& piece : line) cells += cells_of(piece.text);
  return cells;
}

Line fitted(const Line& line, int cells) {
  Line out = cut(line, cells);
  out.push_back({padded("", cells - cells_of(out))});
  return out;
}

std::string rendered(const Line& line, int most_cells, bool coloured) {
  Line shown = cut(line, most_cells);
  while (!shown.empty()) {
    std::string& last = shown.back().text;
    last.erase(last.find_last_not_of(' ') + 1);
    if (!last.empty()) break;
    shown.pop_back();
  }
  std::string out;
  for (const Piece& piece : shown) {
    if (!coloured || piece.tone == Tone::plain || piece.text.empty())
      out += piece.text;
    else
      out += fmt::format("\x1b[{}m{}\x1b[0m", code_of(piece.tone), piece.text);
  }
  return out;
}

}  // namespace cnnbench
