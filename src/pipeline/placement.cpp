#include "cnnbench/pipeline/placement.hpp"

#include <algorithm>

namespace cnnbench {

Placement place_threads(const TrainConfig& train, const LoaderConfig& loader, bool on_cuda, int usable_cores, CacheMode cache) {
  const int cores = std::max(usable_cores, 1);
  Placement p;
  p.compute_threads = train.threads > 0 ? train.threads : cores;
  if (loader.workers > 0)
    p.workers = loader.workers;
  else if (train.profile == Profile::tutorial)
    p.workers = 1;
  else if (on_cuda)
    p.workers = std::clamp(cores - 1, 1, 32);
  else
    p.workers = cache == CacheMode::decoded ? 1 : std::min(cores, 32);
  return p;
}

}  // namespace cnnbench
