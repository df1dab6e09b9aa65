// How speed goes with the number of ranks: rows of one benchmark beside the one with fewest ranks. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

// What a row's own parts promise, images/s: its ranks computing side by side without a word (apart_ips), each step as long as its
// slowest rank's (apart_slowest), and what an exchange adds to a computation that it goes on beside (exchange_beside_us; alone, in
// rows from before it was measured). On CPUs it adds something, for it is work of the very cores that compute. nullopt: a part was
// not measured, or it is a GPU's, whose exchange takes none of its time.
std::optional<double> predicted_of_ranks(const Row&);

// Devices or cores that a row's threads could use at once: on GPUs a rank each, on CPUs the threads of all, no more than the cores.
double devices_of(const Row&);

struct RankScaling {
  std::size_t row = 0, base = 0;      // indices; base: the same but for the ranks, with fewest of them
  double efficiency = 1;              // images/s a device, of the base's
  std::optional<double> predicted{};  // likewise of ranks_predicted_ips
};

// Of each row of ranks that has a base (itself included: 1); nothing where no two rows differ in their ranks.
std::vector<RankScaling> rank_scaling(const std::vector<Row>&);

}  // namespace cnnbench
