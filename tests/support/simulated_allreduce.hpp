// Allreduces of a simulation of ranks (ranks_simulation.hpp), message by message.
#pragma once

#include <functional>
#include <memory>

#include "support/simulated_network.hpp"

namespace cnnbench::simulation {

// Something that ranks do together: each enters when it can, and is told when its part is done.
struct Together {
  virtual ~Together() = default;
  virtual void enter(int rank) = 0;
  std::function<void(int)> done;
};

// Of `bytes`, by all ranks; with several ranks a node their number is a multiple of it.
std::unique_ptr<Together> allreduce_of(Clock&, Network&, Algorithm, int ranks, const Interconnect&, double bytes);

}  // namespace cnnbench::simulation
