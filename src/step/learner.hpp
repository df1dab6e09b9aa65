// What learns: a network with its optimizer, the moving average of its weights, and the step that trains it, eager or, on CUDA, as
// a graph.
#pragma once

#include <optional>
#include <string>

#include "cnnbench/config/experiment.hpp"
#include "cnnbench/measure/phase_clock.hpp"
#include "network/network.hpp"
#include "step/optimizer.hpp"
#include "step/step.hpp"
#include "step/step_graph.hpp"

namespace cnnbench {

// The network has the averaged weights while this lives, where there is an average.
class AveragedWeights {
 public:
  explicit AveragedWeights(MovingAverage* average) : average_(average) {
    if (average_) average_->swap();
  }
  ~AveragedWeights() {
    if (average_) average_->swap();
  }
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  MovingAverage* average_;
};

class Learner {
 public:
  // `exchange`: as Steps has it; outlives this. Recording a graph is the clock's phase `setup`. Throws Error(usage) where
  // train.graph asks for what the device has not.
  Learner(Network, const TrainConfig&, Input, bool bfloat16, PhaseClock&, Exchange* exchange = nullptr);
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  void train(const DeviceBatch&, bool updates = true);  // as Steps has it
  // What was not recorded yet, else the last, short batch's graph would be recorded amid an epoch that counts. Between two steps.
  void record_graphs();
  bool is_graph() const { return graph_ && graph_->failure().empty(); }
  const std::string& graph_failure() const;  // why it runs eagerly after all; empty: it does not, or was never to be a graph
  [[nodiscard]] AveragedWeights averaged() { return AveragedWeights(average_ ? &*average_ : nullptr); }

  // All that the next step depends on beside its batch and the learning rate: weights, statistics, optimizer, average, the stream
  // of dropout; and what was summed up so far. Not while the averaged weights are the network's.
  StateItems state();

  const Network& network() const { return network_; }
  Steps& steps() { return steps_; }
  const Steps& steps() const { return steps_; }
  Optimizer& optimizer() { return optimizer_; }

 private:
  Network network_;
  Steps steps_;
  Optimizer optimizer_;
  std::optional<MovingAverage> average_;
  std::optional<StepGraph> graph_;
  bool must_be_graph_;
};

}  // namespace cnnbench
