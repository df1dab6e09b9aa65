// Where a run's work is done as far as its config leaves it open: compute threads and loader workers, where pictures are
// kept, where they are augmented. Pure: cores and memory are arguments.
#pragma once

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/pipeline/cache.hpp"
#include "cnnbench/pipeline/loader.hpp"

namespace cnnbench {

struct Placement {
  int compute_threads = 1;
  int workers = 1;
};

// On CUDA the host's cores are the loader's, less one that feeds the device. On the CPU they compute; with decoded
// pictures in memory one worker augments far faster than the network takes, otherwise every core may decode.
Placement place_threads(const TrainConfig&, const LoaderConfig&, bool on_cuda, int usable_cores, CacheMode resolved);

struct InputPlan {
  CacheMode cache = CacheMode::none;       // never automatic
  CacheMode auto_cache = CacheMode::none;  // what loader.cache=auto would be: more does not fit
  bool augment_on_device = false;
  CacheMode host_cache() const { return cache == CacheMode::device ? CacheMode::none : cache; }
  Delivery delivery() const { return augment_on_device ? Delivery::decoded : Delivery::warped; }
  // With the pictures on the device, a batch is its draws once each picture has been there.
  Delivery delivery_later() const { return cache == CacheMode::device ? Delivery::only_draws : delivery(); }
};

// `free_device_bytes` is 0 on the CPU. A whole data set on the device is augmented there.
InputPlan place_input(const Experiment&, const CacheSizes&, std::uint64_t free_bytes, std::uint64_t free_device_bytes);

} // namespace cnnbench
