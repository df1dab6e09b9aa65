// The whole training step as a CUDA graph: recorded once, then replayed with one call, so that small steps do not wait for
// the host to launch their hundred kernels. Same numbers as the eager step: dropout's random stream goes on through replays,
// learning rate and optimizer step count are on the device, and each batch size (the last short batch) has a graph of its own.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cnnbench/measure/phase_clock.hpp"
#include "kernels/tensor.hpp"
#include "step/step.hpp"

namespace cnnbench {

class StepGraph {
 public:
  // Whether this build and device can; the current stream must be none of CUDA's default streams.
  static bool possible(const at::Device&);

  StepGraph(Steps&, Optimizer&, PhaseClock&);  // recording is the phase `setup`: no step is made meanwhile
  ~StepGraph();
  // As Steps::train. The first steps of each batch size run eagerly. A step that cannot be recorded is run eagerly, and so
  // are all that follow: failure() then says why.
  void train(const DeviceBatch&);
  // Records what was not yet: the graph of each batch size that was seen. Between two steps, once the device has nothing to do.
  void record_seen();
  const std::string& failure() const { return failure_; }
  std::uint64_t replays() const { return replays_; }

 private:
  struct Recorded;
  bool record(Recorded&, const DeviceBatch&);

  Steps& steps_;
  Optimizer& optimizer_;
  PhaseClock& clock_;
  std::map<std::int64_t, std::unique_ptr<Recorded>> by_size_;  // of the batch; of ranks of all of them, so that all record at once
  std::string failure_;
  std::uint64_t replays_ = 0;
  int eager_ = 0;  // steps of any size
};

}  // namespace cnnbench
