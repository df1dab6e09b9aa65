// The training pictures on their way to the network: loader and feeder.
#pragma once

#include "cnnbench/pipeline/loader.hpp"
#include "step/feeder.hpp"
#include "train/setup.hpp"

namespace cnnbench {

class TrainingInput {
 public:
  // Workers begin at once. `trace` may be null; waiting for a batch is the clock's phase `data_wait`.
  TrainingInput(const Setup&, const Dataset&, const Input&, Trace* trace, PhaseClock&);

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
