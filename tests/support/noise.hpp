// Speeds with noise of a known kind, for decisions whose right answer is known.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "cnnbench/core/random.hpp"

namespace cnnbench::test {

inline double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::numbers::pi * random.unit());
}

// The median of each is 0, and about 1 is its spread.
enum class Noise { normal, uniform, two_sided_exponential, slow_tail, slow_spells, drift };
inline constexpr Noise every_noise[] = {Noise::normal,    Noise::uniform,     Noise::two_sided_exponential,
                                        Noise::slow_tail, Noise::slow_spells, Noise::drift};

inline double draw(Noise kind, RandomStream& random, std::size_t i, std::size_t n) {
  const double u = random.unit();
  switch (kind) {
    case Noise::uniform:
      return (u - 0.5) * std::sqrt(12.0);
    case Noise::two_sided_exponential:
      return (u < 0.5 ? 1 : -1) * std::log(1 - random.unit()) / std::sqrt(2.0);
    case Noise::slow_tail:  // many are near the fastest, some far below
      return std::log(1 - u) + std::numbers::ln2;
    case Noise::slow_spells: {  // every tenth is five spreads slower; -0.14 is the median of that mixture
      const double x = normal(random);
      return (u < 0.1 ? x - 5 : x) + 0.1397;
    }
    case Noise::drift:  // the machine warms up: by one spread from the first to the last, about its middle
      return normal(random) + 0.5 - static_cast<double>(i) / static_cast<double>(n - 1);
    default:
      return normal(random);
  }
}

inline std::vector<double> speeds(RandomStream& random, std::size_t n, double center, double noise, Noise kind = Noise::normal) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = center * (1 + noise * draw(kind, random, i, n));
  return out;
}

}  // namespace cnnbench::test
