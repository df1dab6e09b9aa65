// What an interval shows of an effect: the one rule behind every word for it, on a page and in a table. Pure. Not here: where the
// interval comes from (statistics.hpp, proportion.hpp), and what a gate makes of it (results/compare.hpp).
#pragma once

#include <optional>

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

enum class Effect {
  unsure,  // there is no interval, or it reaches from one side of `neutral` to the other
  none,    // the whole interval lies within `band` of it
  below,
  above,
};

// `neutral`: 1 of a ratio, 0 of a difference. `band`: how far from it is still no effect, in the interval's own unit.
Effect effect_of(const std::optional<Interval>&, double neutral, double band);

}  // namespace cnnbench
