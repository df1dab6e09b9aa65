// The input pipeline's speed by itself: files to augmented batches that nobody trains on.
#pragma once

#include <cstdint>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/pipeline/loader.hpp"

namespace cnnbench {

struct LoaderSpeed {
  int workers = 0;
  CacheMode cache = CacheMode::none;
  ImageSize size;                 // of the pictures in a batch
  double first_pass_ips = 0;      // caches empty; the files may be in the system's page cache
  double pipeline_only_ips = 0;   // whole passes after the first, at least `seconds` of them
  std::uint64_t pictures = 0;     // in those
  double seconds = 0;             // of those
  double read_us = 0, decode_us = 0, augment_us = 0;  // one worker's time per picture, in those
};

// Every usable core is a worker where loader.workers leaves it open, and loader.cache auto is what fits in memory.
LoaderSpeed measure_loader(const Dataset&, const Experiment&, double seconds);

}  // namespace cnnbench
