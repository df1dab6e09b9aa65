// The training pictures on their way to the network: loader and feeder.
#pragma once

#include "cnnbench/pipeline/loader.hpp"
#include "step/feeder.hpp"
#include "train/setup.hpp"

namespace cnnbench {

// In batches: of all pictures once, or as many as train.steps_per_epoch says.
std::uint64_t steps_of_an_epoch(const Setup&, const Dataset&);

class TrainingInput {
 public:
  struct Course {
    std::uint64_t first_batch = 0;  // counted over all epochs
    std::uint64_t steps_per_epoch = 0;
  };
  // Workers begin at once. `trace` may be null; waiting for a batch is the clock's phase `data_wait`.
  TrainingInput(const Setup&, const Dataset&, const Input&, const Course&, Trace* trace, PhaseClock&);

  Feeder& feeder() { return feeder_; }
  std::uint64_t steps_per_epoch() const { return steps_per_epoch_; }
  LoaderStats loader_stats() const { return loader_.stats(); }
  const std::optional<c10::Stream>& copies() const { return copies_; }

 private:
  Loader loader_;
  std::optional<c10::Stream> copies_;
  Feeder feeder_;
  std::uint64_t steps_per_epoch_;
};

}  // namespace cnnbench
