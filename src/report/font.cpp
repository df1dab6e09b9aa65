#include "cnnbench/report/font.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb/stb_truetype.h>

// The font's file, as it is, becomes a part of the library: nothing to find or to fail where the program runs.
asm(".section .rodata\n"
    ".balign 16\n"
    ".local cnnbench_report_font\n"
    "cnnbench_report_font:\n"
    ".incbin \"" CNNBENCH_FONT
    "\"\n"
    ".byte 0\n"
    ".previous\n");
extern "C" __attribute__((visibility("hidden"))) const unsigned char cnnbench_report_font[];

namespace cnnbench::report {
namespace {

const stbtt_fontinfo& font() {
  static const stbtt_fontinfo info = [] {
    stbtt_fontinfo out{};
    if (stbtt_InitFont(&out, cnnbench_report_font, 0) == 0) throw std::logic_error("the font that was built in is none");
    return out;
  }();
  return info;
}

// CSS font-size is the em square's height.
float scale_of(double size) { return stbtt_ScaleForMappingEmToPixels(&font(), static_cast<float>(size)); }

double advance(char32_t c, double size) {
  int width = 0;
  stbtt_GetCodepointHMetrics(&font(), static_cast<int>(c), &width, nullptr);
  const double own = static_cast<double>(width) * static_cast<double>(scale_of(size));
  // A script that the font lacks comes from another one: those are as wide as high at most.
  return stbtt_FindGlyphIndex(&font(), static_cast<int>(c)) == 0 ? std::max(own, size) : own;
}

std::string utf8(std::u32string_view text) {
  std::string out;
  const auto tail = [&](char32_t bits) { out += static_cast<char>(0x80U | (bits & 0x3FU)); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0U | (c >> 6U));
      tail(c);
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0U | (c >> 12U));
      tail(c >> 6U);
      tail(c);
    } else {
      out += static_cast<char>(0xF0U | (c >> 18U));
      tail(c >> 12U);
      tail(c >> 6U);
      tail(c);
    }
  }
  return out;
}

// How many of the first characters fit.
std::size_t fitting(std::u32string_view text, double size, double width) {
  double used = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((used += advance(text[i], size)) > width) return i;
  return text.size();
}

}  // namespace

std::u32string characters_of(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t bytes = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    char32_t value = bytes == 1 ? first : first & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i)
      value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    out += value;
    at += bytes;
  }
  return out;
}

double text_width(std::string_view text, double size) {
  double width = 0;
  for (const char32_t c : characters_of(text)) width += advance(c, size);
  return width;
}

std::string cut(std::string_view text, double size, double width) {
  const std::u32string all = characters_of(text);
  if (fitting(all, size, width) == all.size()) return std::string(text);
  std::u32string part = all.substr(0, fitting(all, size, width - advance(U'…', size)));
  while (!part.empty() && part.back() == U' ') part.pop_back();
  return utf8(part) + "…";
}

std::vector<std::string> wrapped(std::string_view text, double size, double width, std::size_t lines) {
  std::vector<std::string> out;
  std::u32string rest = characters_of(text);
  while (out.size() + 1 < lines && fitting(rest, size, width) < rest.size()) {
    const std::size_t most = std::max<std::size_t>(fitting(rest, size, width), 1);
    const std::size_t space = rest.rfind(U' ', most);
    const std::size_t end = space == std::u32string::npos || space == 0 ? most : space;
    out.push_back(utf8(std::u32string_view(rest).substr(0, end)));
    const std::size_t next = rest.find_first_not_of(U' ', end);
    rest.erase(0, next == std::u32string::npos ? rest.size() : next);
  }
  if (!rest.empty() || out.empty()) out.push_back(cut(utf8(rest), size, width));
  return out;
}

Glyph glyph(char32_t character, double size) {
  Glyph out{.advance = advance(character, size)};
  int right = 0, bottom = 0;
  const float scale = scale_of(size);
  stbtt_GetCodepointBitmapBox(&font(), static_cast<int>(character), scale, scale, &out.left, &out.top, &right, &bottom);
  out.width = std::max(right - out.left, 0);
  out.height = std::max(bottom - out.top, 0);
  out.grey.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
  if (!out.grey.empty())
    stbtt_MakeCodepointBitmap(&font(), out.grey.data(), out.width, out.height, out.width, scale, scale,
                              static_cast<int>(character));
  return out;
}

}  // namespace cnnbench::report
