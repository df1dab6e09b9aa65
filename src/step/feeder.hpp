// Hands a loader's batches to the device: on the CPU the slot itself; on CUDA asynchronous copies from pinned memory, on a
// stream of their own, so that the next batch travels while the network computes. Nothing is allocated per step. A slot goes
// back to the loader when the device has read it. Keeps the host at most two steps ahead of the device, so that time spent
// waiting for a batch is time the device was about to idle.
#pragma once

#include <array>
#include <optional>

#include "cnnbench/measure/phase_clock.hpp"
#include "cnnbench/pipeline/loader.hpp"
#include "kernels/tensor.hpp"
#include "step/step.hpp"

namespace cnnbench {

// Pinned memory on CUDA, plain memory else.
SlotAllocator slots_for(const at::Device&);

struct FeederOptions {
  bool draws = false;  // whether the device needs them
  // All pictures on the device, uint8 [count, H, W, 3]: filled by the pixels that batches bring, so that batches without any
  // can be taken from it. Undefined: pixels come with every batch.
  at::Tensor store = {};
  std::optional<c10::Stream> copies = std::nullopt;  // CUDA: the stream to copy on; unset: another one
  PhaseClock* clock = nullptr;  // whose phase `data_wait` is standing still for want of a batch; null: nobody's
};

// A stream beside the current one, for copies; nothing on the CPU.
std::optional<c10::Stream> stream_for_copies(const at::Device&);

// Seconds that one side stood still for the other, beside waiting for a batch. Nothing on the CPU.
struct Stalls {
  double host = 0;    // the device had two steps to do already
  double device = 0;  // its next batch was still on its way, by the device's own clock
};

class Feeder {
 public:
  Feeder(Loader&, const at::Device&, FeederOptions);
  // nullopt after the loader's last batch. The tensors stay valid until the call after the next.
  std::optional<DeviceBatch> next();
  void done();         // call after the step that used the batch was issued
  void synchronize();  // waits for everything issued
  const Stalls& stalls() const { return stalls_; }
  double copy_seconds() const { return copy_seconds_; }  // brought batches to the network; on a GPU only what the host does for it

 private:
  struct Facts {
    at::Tensor labels, indices, draws;
  };
  // One batch under way. Labels, indices and draws travel as one piece of memory; the views of it are made anew when the number
  // of pictures changes only, for they cost more than what they point to.
  struct Stage {
    std::optional<Batch> batch;
    at::Tensor host_memory, memory, pixels;
    Facts host_facts, facts;
    bool in_use = false;  // its mark's `used` is recorded
  };
  // When the device began to copy a batch, had it, and had done its step. Of one step more than there are stages, so that the one
  // before a step that is done is still known.
  struct Mark {
    std::optional<c10::Event> begun, copied, used;
    bool whole = false;  // all three are recorded, and the device was not told to finish since
  };
  Mark& mark(std::size_t turn) { return marks_[turn % marks_.size()]; }
  void wait_until_used(std::size_t turn);
  void add_copy_stall(std::size_t turn);
  static Facts facts_of(const at::Tensor& memory, std::int64_t count);
  void free_stage();
  void open(Stage&, const Batch&) const;
  void copy(Stage&);
  DeviceBatch tensors(Stage&) const;

  Loader& loader_;
  at::Device device_;
  FeederOptions options_;
  std::array<Stage, 3> stages_;  // the one that is filled and two that the device may be busy with
  std::array<Mark, 4> marks_;
  std::size_t turn_ = 0;
  Stalls stalls_;
  double copy_seconds_ = 0;
};

}  // namespace cnnbench
