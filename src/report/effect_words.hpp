// The words for what an interval shows, the same wherever a page has the same figure: a story's claim, a headline, a table's cell.
#pragma once

#include <optional>
#include <string>

#include "cnnbench/measure/effect.hpp"

namespace cnnbench::report {

// How far from 1 a ratio is no effect, as a share, and a difference in points from 0: docs/story.md. The first is compare's own
// default.
inline constexpr double no_effect_share = 0.01, no_effect_points = 0.5;

Effect ratio_effect(const std::optional<Interval>&);

// "shown", "no effect", "not shown"
std::string effect_word(Effect);

// "not shown: the interval holds 1". `neutral`, `band`: as in effect_of.
std::string effect_text(const std::optional<Interval>&, double neutral, double band);

}  // namespace cnnbench::report
