// One training step and one evaluation step. Loss and correct predictions are summed on the device; reading them
// (`totals`) is the only point that waits for it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/tensor.hpp"
#include "network/network.hpp"
#include "ranks/exchange.hpp"
#include "step/device_warp.hpp"
#include "step/optimizer.hpp"
#include "step/preprocess.hpp"
#include "step/state.hpp"

namespace cnnbench {

// A batch where the network is: pixels uint8 [N, H, W, 3], or undefined where they are taken from Input::store; labels
// int64 [N]; draws [N, draw_columns()] in training where the device applies them, else undefined; indices int64 [N].
struct DeviceBatch {
  at::Tensor pixels, labels, draws, indices;
  // Where a step is shared out among ranks: how many of these pictures count, all or none, and how many all ranks have. 0: one
  // rank's.
  std::int64_t counted = 0, of_step = 0;
  std::int64_t pictures() const { return of_step == 0 ? labels.size(0) : counted; }
  std::int64_t pictures_of_step() const { return of_step == 0 ? labels.size(0) : of_step; }
};

// From a batch to the network's input.
struct Input {
  Preprocess preprocess;
  std::optional<DeviceWarp> warp = {};  // batches with draws are warped here, not by the loader
  at::Tensor store = {};                // uint8 [count, H, W, 3]
  at::Tensor operator()(const DeviceBatch&) const;
};

struct Totals {
  double loss = 0;      // mean per picture
  double accuracy = 0;  // share of correct predictions
  std::uint64_t pictures = 0;
};

// What training steps took, in seconds, where kernels run in the caller's thread; all 0 on a GPU.
struct StageSeconds {
  double forward = 0, backward = 0, optimizer = 0;  // forward: with the input and the loss; optimizer: with counting
};

class Steps {
 public:
  // `exchange`: the other ranks, whose steps these are too; null: there are none. The optimizer then steps by all ranks' gradients.
  Steps(const Network&, Input, bool bfloat16, Exchange* exchange = nullptr);
  // `updates`: else the gradients stay and the next batch's are added to them, until one updates the weights by the mean over the
  // pictures of them all.
  void train(const DeviceBatch&, Optimizer&, bool updates = true);
  // The device's part of train(): forward, backward, optimizer, counting. Gives the loss; does not wait. What a CUDA graph holds.
  at::Tensor compute(const DeviceBatch&, Optimizer&, bool updates = true);
  // The host's part: call after each compute(), or each replay of one.
  void trained(const at::Tensor& loss, const DeviceBatch&);
  void evaluate(const DeviceBatch&);
  // Logits in float32, nothing counted.
  at::Tensor infer(const at::Tensor& pixels) const;

  Totals totals() const;   // since reset, of this rank; waits for the device
  Totals totals_of_all();  // of all ranks, who call it together
  void reset();
  void keep_losses(std::uint64_t count) { keep_ = count; }  // of the first `count` training steps
  std::vector<double> kept_losses();                        // of all ranks, likewise
  void add_state(StateItems&);
  bool are_of_ranks() const { return exchange_ != nullptr; }
  const StageSeconds& stage_seconds() const { return stages_; }

 private:
  // Forward and backward: the parameters then have their gradients. Gives the loss of this rank's pictures.
  at::Tensor gradients(const DeviceBatch&, at::Tensor& logits, bool updates);
  void mean_of_added();
  double mark() const;
  double share_of(const DeviceBatch&) const;
  at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& labels) const;
  void sum_up(const at::Tensor& logits, const DeviceBatch&, const at::Tensor& loss);

  const Network& network_;
  Input input_;
  bool bfloat16_;
  Exchange* exchange_;
  at::DeviceType device_;
  at::Tensor loss_sum_, correct_;
  std::uint64_t pictures_ = 0, keep_ = 0;
  std::int64_t added_ = 0;  // pictures of all ranks whose gradients wait for an update; 0: the next batch is the first
  StageSeconds stages_;
  std::vector<at::Tensor> kept_;
};

// Probabilities per class, [N, classes], from logits [N, outputs]; one output: sigmoid, above 0.5 is the second class.
at::Tensor class_probabilities(const at::Tensor& logits);

}  // namespace cnnbench
