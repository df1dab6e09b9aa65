// How often something is done, as a config says it: "30 s", "200 steps", "1 epoch"; a bare number counts epochs; 0: never.
#pragma once

#include <optional>
#include <string>

namespace cnnbench {

enum class IntervalUnit { epochs, steps, seconds };
// Not Interval: measure/statistics.hpp has that name.
struct Period {
  int count = 0;  // 0: never
  IntervalUnit unit = IntervalUnit::epochs;
  bool operator==(const Period&) const = default;
};

inline constexpr const char* interval_pattern = "^[0-9]{1,9}( ?(epochs?|steps?|s|seconds?))?$";  // of the JSON Schema

// nullopt: it is none of these texts.
std::optional<Period> read_interval(const std::string& text);

}  // namespace cnnbench
