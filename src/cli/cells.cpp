#include "cnnbench/cli/cells.hpp"

#include <algorithm>
#include <array>

#include "cnnbench/core/utf8.hpp"

namespace cnnbench {
namespace {

struct Block {
  char32_t first, last;
};

constexpr std::array no_cell{Block{0x300, 0x36F},   Block{0x483, 0x489},   Block{0x591, 0x5BD},   Block{0x610, 0x61A},
                             Block{0x64B, 0x65F},   Block{0x1AB0, 0x1AFF}, Block{0x1DC0, 0x1DFF}, Block{0x200B, 0x200F},
                             Block{0x20D0, 0x20FF}, Block{0xFE00, 0xFE0F}, Block{0xFE20, 0xFE2F}, Block{0xE0100, 0xE01EF}};
constexpr std::array two_cells{Block{0x1100, 0x115F},   Block{0x2E80, 0x303E},   Block{0x3041, 0xA4CF},   Block{0xA960, 0xA97F},
                               Block{0xAC00, 0xD7A3},   Block{0xF900, 0xFAFF},   Block{0xFE30, 0xFE6F},   Block{0xFF00, 0xFF60},
                               Block{0xFFE0, 0xFFE6},   Block{0x1F300, 0x1F64F}, Block{0x1F680, 0x1F6FF}, Block{0x1F900, 0x1F9FF},
                               Block{0x1FA70, 0x1FAFF}, Block{0x20000, 0x3FFFD}};

bool is_in(const auto& blocks, char32_t c) {
  return std::any_of(blocks.begin(), blocks.end(), [c](const Block& b) { return c >= b.first && c <= b.last; });
}

int width_of(char32_t c) {
  if (c < 0x300) return 1;
  return is_in(no_cell, c) ? 0 : is_in(two_cells, c) ? 2 : 1;
}

}  // namespace

int cells_of(std::string_view text) {
  int cells = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = first_code_point(text.substr(at));
    cells += width_of(next.value);
    at += next.bytes;
  }
  return cells;
}

std::string_view cut_to(std::string_view text, int cells) {
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint next = first_code_point(text.substr(at));
    cells -= width_of(next.value);
    if (cells < 0) break;
    at += next.bytes;
  }
  return text.substr(0, at);
}

std::string padded(std::string_view text, int cells) {
  std::string out(text);
  return out.append(static_cast<std::size_t>(std::max(0, cells - cells_of(out))), ' ');
}

std::string ascii_only(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = first_code_point(text.substr(at));
    out += next.value < 0x80 ? static_cast<char>(next.value) : '?';
    at += next.bytes;
  }
  return out;
}

}  // namespace cnnbench
