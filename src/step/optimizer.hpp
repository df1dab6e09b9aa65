// Adam and SGD through libtorch's fused kernels: one call for all tensors, the step count and the learning rate on the
// device, so that nothing waits for the host and a CUDA graph can hold it. Adam's epsilon is Keras' 1e-7.
// With train.profile = tutorial the same formulas tensor by tensor, operation by operation, as eager frameworks do by default.
#pragma once

#include <vector>

#include "cnnbench/config/experiment.hpp"
#include "kernels/tensor.hpp"
#include "network/network.hpp"
#include "step/state.hpp"

namespace cnnbench {

class Optimizer {
 public:
  Optimizer(const std::vector<Parameter>&, const TrainConfig&);
  void set_learning_rate(double rate);
  double learning_rate() const { return rate_; }
  void step();       // uses the parameters' gradients
  void zero_grad();  // frees them: backward then writes instead of adding
  void add_state(StateItems&);

 private:
  struct Group {  // tensors that share a weight decay
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> values, first, second, steps;
  };
  void fused_step(Group&);
  void plain_step(Group&);

  OptimizerKind kind_;
  bool fused_;
  double momentum_;
  bool nesterov_;
  double rate_ = -1;
  std::int64_t steps_done_ = 0;
  at::Tensor rate_tensor_;
  std::vector<Group> groups_;
};

// Exponential moving average of the weights for evaluation; decay min(d, (1 + n) / (10 + n)) after n updates, as
// TensorFlow's ExponentialMovingAverage with num_updates.
class MovingAverage {
 public:
  MovingAverage(const std::vector<Parameter>&, double decay);
  void update();
  void swap();  // average <-> live weights; call again to swap back
  void add_state(StateItems&);

 private:
  double decay_;
  std::int64_t updates_ = 0;
  std::vector<std::string> names_;
  std::vector<at::Tensor> live_, average_;
};

}  // namespace cnnbench
