// What the ranks of a run did, summed over them. Seconds.
#pragma once

#include <optional>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

struct RankTotals {
  double trained = 0;  // data wait and compute
  double waited = 0, exchange = 0;
  // Percent: of their time, that they waited for each other's gradients; of the exchange, that was beside the backward pass.
  // nullopt: there was none.
  std::optional<double> waited_pct() const { return trained > 0 ? std::optional(100 * waited / trained) : std::nullopt; }
  std::optional<double> hidden_pct() const { return exchange > 0 ? std::optional(100 * (1 - waited / exchange)) : std::nullopt; }
};

inline RankTotals totals_of(const Ranks& ranks) {
  RankTotals sum;
  for (const RankRow& row : ranks.by_rank) {
    sum.trained += row.data_wait_seconds + row.compute_seconds;
    sum.waited += row.waited_seconds;
    sum.exchange += row.exchange_seconds;
  }
  return sum;
}

}  // namespace cnnbench
