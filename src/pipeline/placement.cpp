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
    p.workers = cache == CacheMode::decoded || cache == CacheMode::device ? 1 : std::min(cores, 32);
  return p;
}

InputPlan place_input(const Experiment& e, const CacheSizes& sizes, std::uint64_t free_bytes, std::uint64_t free_device_bytes) {
  if (e.train.profile == Profile::tutorial) return {};
  const AugmentOn on = e.augment.on;
  const auto chosen = [&](CacheMode asked) { return choose_cache(asked, sizes, free_bytes, on == AugmentOn::cpu ? 0 : free_device_bytes); };
  const CacheMode cache = chosen(e.loader.cache);
  return {.cache = cache, .auto_cache = chosen(CacheMode::automatic), .augment_on_device = on == AugmentOn::device || cache == CacheMode::device};
}

}  // namespace cnnbench
