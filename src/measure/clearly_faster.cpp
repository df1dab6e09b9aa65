#include "cnnbench/measure/clearly_faster.hpp"

#include "cnnbench/measure/statistics.hpp"

namespace cnnbench {

bool clearly_faster(std::span<const double> seconds, std::span<const double> than, double margin) {
  return !seconds.empty() && !than.empty() && median(seconds) <= (1 - margin) * median(than);
}

}  // namespace cnnbench
