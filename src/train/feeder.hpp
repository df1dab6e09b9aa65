// Hands a loader's batches to the device: on the CPU the slot itself, on CUDA an asynchronous copy from the pinned slot.
// A slot goes back to the loader when the device has read it. Keeps the host at most two steps ahead of the device, so that
// time spent waiting for a batch is time the device was about to idle.
#pragma once

#include <torch/torch.h>

#include <deque>
#include <optional>

#include "cnnbench/pipeline/loader.hpp"
#include "train/step.hpp"

namespace cnnbench {

// Pinned memory on CUDA, plain memory else.
SlotAllocator slots_for(const at::Device&);

class Feeder {
 public:
  Feeder(Loader&, const at::Device&, bool jitters);
  // nullopt after the loader's last batch. The tensors stay valid until the call after the next.
  std::optional<DeviceBatch> next();
  void done();                                           // call after the step that used the batch was issued
  void synchronize();                                    // waits for everything issued
  double wait_seconds() const { return wait_seconds_; }  // stood still for want of a batch

 private:
  struct InFlight {
    Batch batch;
    std::optional<c10::Event> event;  // the device has passed this step
  };
  Loader& loader_;
  at::Device device_;
  bool jitters_;
  double wait_seconds_ = 0;
  std::deque<InFlight> in_flight_;
};

}  // namespace cnnbench
