// What a busy machine only shows now and then.
#pragma once

#include <algorithm>
#include <limits>

namespace cnnbench::test {

// The least that `measure` gives in a few spells, of which one may be quiet; no further ones once it is `wanted` or less.
template <class Measure>
double least_of_spells(double wanted, const Measure& measure) {
  double least = std::numeric_limits<double>::infinity();
  for (int spell = 0; spell < 5 && least > wanted; ++spell) least = std::min(least, measure());
  return least;
}

}  // namespace cnnbench::test
