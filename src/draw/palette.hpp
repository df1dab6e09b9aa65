// The sheets' colours and distances, so that they look like one family.
#pragma once

#include "cnnbench/core/error.hpp"
#include "cnnbench/draw/canvas.hpp"
#include "cnnbench/draw/text.hpp"

namespace cnnbench::palette {

inline constexpr Rgb ground{250, 250, 252}, ink{40, 40, 45}, faint{112, 112, 120}, line{214, 214, 220};
inline constexpr Rgb right{0, 150, 95}, wrong{208, 55, 30}, neutral{150, 150, 160};  // told apart by brightness too

inline constexpr TextStyle title{.height = 13, .colour = ink, .bold = true};
inline constexpr TextStyle heading{.height = 9, .colour = ink, .bold = true};
inline constexpr TextStyle body{.height = 9, .colour = ink};
inline constexpr TextStyle small{.height = 9, .colour = faint};
inline constexpr int line_height = 17;  // of body, heading and small
inline constexpr int margin = 24, gap = 16;

// A sheet beyond this opens in hardly any viewer.
inline constexpr int max_sheet_side = 30000;
inline constexpr std::int64_t max_sheet_pixels = 120'000'000;
inline void check_sheet(std::int64_t width, std::int64_t height, const char* remedy) {
  if (width <= max_sheet_side && height <= max_sheet_side && width * height <= max_sheet_pixels) return;
  throw Error(ExitCode::usage, "the sheet would be " + std::to_string(width) + "x" + std::to_string(height) + " pixels", remedy);
}

}  // namespace cnnbench::palette
