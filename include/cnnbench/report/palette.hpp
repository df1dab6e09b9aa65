// The report's colours, light and dark. Series begin with Okabe and Ito's hues (2008); their lightness was then searched so that any
// two stay apart for people who see fewer colours, and each stands out from the paper (3:1 for shapes; text has 4.5:1). Tested in
// palette_test.cpp and colour_vision_test.cpp.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace cnnbench::report {

enum class Ink { paper, panel, text, muted, grid, link, warning, series0, series1, series2, series3, series4, series5 };

struct InkColours {
  Ink ink;
  std::string_view name, light, dark;  // name: of the CSS variable and class
};

inline constexpr std::array inks{
    InkColours{Ink::paper, "paper", "#ffffff", "#14181d"},     InkColours{Ink::panel, "panel", "#f3f5f7", "#1f252c"},
    InkColours{Ink::text, "text", "#16191d", "#eceff2"},       InkColours{Ink::muted, "muted", "#4c555f", "#b3bdc7"},
    InkColours{Ink::grid, "grid", "#d3d9df", "#38424d"},       InkColours{Ink::link, "link", "#0b57a4", "#86bfff"},
    InkColours{Ink::warning, "warning", "#8a3b00", "#ffb27a"}, InkColours{Ink::series0, "s0", "#00588c", "#2595d3"},
    InkColours{Ink::series1, "s1", "#e27516", "#ea8f4e"},      InkColours{Ink::series2, "s2", "#20957a", "#69edb9"},
    InkColours{Ink::series3, "s3", "#b66da6", "#c299ac"},      InkColours{Ink::series4, "s4", "#85611f", "#fddb48"},
    InkColours{Ink::series5, "s5", "#5c626c", "#d3deeb"},
};

inline constexpr int pattern_count = 5;
inline constexpr std::size_t series_inks = 6;

constexpr const InkColours& colours_of(Ink ink) { return inks[static_cast<std::size_t>(ink)]; }

// Beyond the sixth series colours come again with another pattern.
constexpr Ink series_ink(std::size_t i) { return static_cast<Ink>(static_cast<std::size_t>(Ink::series0) + i % series_inks); }
constexpr int series_pattern(std::size_t i) { return static_cast<int>((i + i / series_inks) % (pattern_count + 1)); }

// WCAG 2's contrast of two "#rrggbb", 1 to 21.
double contrast(std::string_view a, std::string_view b);

// From pale (0) to dark (1), and black or white, whichever reads better on it (always 4.5:1 or more).
std::string heat_colour(double share);
std::string text_on(std::string_view colour);

}  // namespace cnnbench::report
