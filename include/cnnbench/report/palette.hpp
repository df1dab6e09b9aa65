// The report's colours, light and dark. Series follow Okabe and Ito's set (2008), which people who see fewer colours can tell
// apart, darkened or lightened where it stood too weakly against the paper (3:1 for shapes; text has 4.5:1). Tested in
// palette_test.cpp.
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
    InkColours{Ink::warning, "warning", "#8a3b00", "#ffb27a"}, InkColours{Ink::series0, "s0", "#0072b2", "#56b4e9"},
    InkColours{Ink::series1, "s1", "#d55e00", "#ff9a57"},      InkColours{Ink::series2, "s2", "#00805e", "#2fc79b"},
    InkColours{Ink::series3, "s3", "#b8558f", "#e3a0c6"},      InkColours{Ink::series4, "s4", "#94700a", "#f0d04a"},
    InkColours{Ink::series5, "s5", "#5b6570", "#c3ccd5"},
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
