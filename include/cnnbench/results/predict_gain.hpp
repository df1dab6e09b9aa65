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
// share the cores: max(1/compute + b/cores, b/workers). The measured speed times the model's ratio after to before is the
// prediction.
std::optional<Remedy> best_remedy(const Row&);

}  // namespace cnnbench
