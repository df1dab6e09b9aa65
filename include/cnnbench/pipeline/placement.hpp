// How many compute threads and loader workers a run gets where its config leaves it open. Pure: the cores are an argument.
#pragma once

#include "cnnbench/config/experiment.hpp"

namespace cnnbench {

struct Placement {
  int compute_threads = 1;
  int workers = 1;
};

// On CUDA the host's cores are the loader's, less one that feeds the device. On the CPU they compute; with decoded
// pictures in memory one worker augments far faster than the network takes, otherwise every core may decode.
Placement place_threads(const TrainConfig&, const LoaderConfig&, bool on_cuda, int usable_cores, CacheMode resolved);

} // namespace cnnbench
