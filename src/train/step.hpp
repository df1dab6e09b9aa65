// One training step and one evaluation step. Loss and correct predictions are summed on the device; reading them
// (`totals`) is the only point that waits for it.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "train/network.hpp"
#include "train/optimizer.hpp"
#include "train/preprocess.hpp"

namespace cnnbench {

// A batch where the network is: pixels uint8 [N, H, W, 3], labels int64 [N], jitter [N, 2] or undefined.
struct DeviceBatch {
  at::Tensor pixels, labels, jitter;
};

struct Totals {
  double loss = 0;      // mean per picture
  double accuracy = 0;  // share of correct predictions
  std::uint64_t pictures = 0;
};

class Steps {
 public:
  Steps(const Network&, const Preprocess&, bool bfloat16);
  // Forward, backward, optimizer, and the average if there is one.
  void train(const DeviceBatch&, Optimizer&, MovingAverage*);
  void evaluate(const DeviceBatch&);
  // Logits in float32, nothing counted.
  at::Tensor infer(const at::Tensor& pixels) const;

  Totals totals() const;  // since reset; waits for the device
  void reset();
  void keep_losses(std::uint64_t count) { keep_ = count; }  // of the first `count` training steps
  std::vector<double> kept_losses() const;

 private:
  at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& labels) const;
  void count(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& loss);

  const Network& network_;
  Preprocess preprocess_;
  bool bfloat16_;
  at::DeviceType device_;
  at::Tensor loss_sum_, correct_;
  std::uint64_t pictures_ = 0, keep_ = 0;
  std::vector<at::Tensor> kept_;
};

// Probabilities per class, [N, classes], from logits [N, outputs]; one output: sigmoid, above 0.5 is the second class.
at::Tensor class_probabilities(const at::Tensor& logits);

}  // namespace cnnbench
