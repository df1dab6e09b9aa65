// Where the level of a series changes, and from where on it does not any more: how warm-up is told from the steady state. Pure;
// knows no clock and no speeds.
// The statistic is that of a change in the mean at the place where it is largest (Sen and Srivastava, On tests for detecting change
// in mean, 1975); its p value comes from permutations (Antoch and Huskova, Permutation tests in change point analysis, 2001) with a
// fixed seed: no distribution of the noise is assumed, and the answer is the same wherever it is computed again. What it does
// assume is that values follow each other without memory; where they do not, it finds too much, which the least shift that counts
// keeps in bounds. To judge a run by its last change: Barrett et al., Virtual Machine Warmup Blows Hot and Cold (OOPSLA 2017).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "cnnbench/core/fields.hpp"

namespace cnnbench {

// A change counts where equals would show one as large with a probability below this,
inline constexpr double change_p = 0.01;
// and the medians before and after it are at least this far apart.
inline constexpr double least_shift = 0.02;
// Fewer values than these say nothing.
inline constexpr std::size_t least_values = 16;

struct Change {
  std::size_t at = 0;  // the first value after it
  double shift = 0;    // median after / median before - 1
};

// The most pronounced change, if it counts.
std::optional<Change> find_change(std::span<const double>);

enum class Settling { steady, changing, unknown };

template <>
struct EnumNames<Settling> {
  static constexpr std::array values{
      std::pair{Settling::steady, std::string_view{"steady"}},
      std::pair{Settling::changing, std::string_view{"changing"}},
      std::pair{Settling::unknown, std::string_view{"unknown"}},
  };
};

struct Settled {
  Settling state = Settling::unknown;  // unknown: too few values
  std::size_t from = 0;                // steady: the first value after the last change; else 0
  std::optional<double> last_shift{};  // of the last change
};

// Steady where at least half of the values come after the last change.
Settled settle(std::span<const double>);

}  // namespace cnnbench
