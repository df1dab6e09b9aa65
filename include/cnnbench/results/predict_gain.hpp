// What a remedy would bring: a model of who waits for whom, scaled by what was measured.
#pragma once

#include <optional>
#include <string>

#include "cnnbench/results/row.hpp"

namespace cnnbench {

struct Remedy {
  std::string set;  // "loader.cache=decoded", as for --set
  double predicted_ips = 0;
};

// The remedy that promises most, if any promises 5 % or more. A picture costs the network 1/compute seconds and a worker b seconds
// of reading, decoding and augmenting. On a GPU the two run beside each other: max(1/compute, b/workers) a picture. On the CPU they
// share the cores: max(1/compute + b/cores, b/workers). Beside the network a worker's b is longer than alone (caches, threads that
// wait for each other), by a factor that the measured speed tells, and what the remedy leaves of b is longer by the same. Where the
// measured speed is higher than the model's, its ratio after to before counts.
std::optional<Remedy> best_remedy(const Row&);

}  // namespace cnnbench
