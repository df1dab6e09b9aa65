#include "step/learner.hpp"

#include "cnnbench/core/error.hpp"

namespace cnnbench {
namespace {

bool wants_graph(const TrainConfig& train, const at::Device& device, bool ranks) {
  const bool possible = StepGraph::possible(device);
  if (train.graph == GraphMode::on && !possible)
    throw Error(ExitCode::usage, "train.graph is on, but a step on the CPU cannot be a CUDA graph", "set train.graph to auto");
  return possible && train.graph != GraphMode::off && train.profile != Profile::tutorial && train.global_batch_size == 0 &&
         !(ranks && train.sync_batch_norm);  // which asks the host
}

}  // namespace

Learner::Learner(Network network, const TrainConfig& train, Input input, bool bfloat16, PhaseClock& clock, Exchange* exchange)
    : network_(std::move(network)),
      steps_(network_, std::move(input), bfloat16, exchange),
      optimizer_(network_.parameters, train),
      must_be_graph_(train.graph == GraphMode::on) {
  if (exchange) exchange->attach(network_.parameters, train.exchange);
  if (train.moving_average > 0) average_.emplace(network_.parameters, train.moving_average);
  if (wants_graph(train, network_.parameters.front().value.device(), exchange != nullptr))
    graph_.emplace(steps_, optimizer_, clock);
}

void Learner::train(const DeviceBatch& batch, bool updates) {
  if (graph_) {
    graph_->train(batch);
    if (must_be_graph_ && !graph_->failure().empty())
      throw Error(ExitCode::failed, "the step cannot be recorded as a CUDA graph: " + graph_->failure(), "set train.graph to auto");
  } else {
    steps_.train(batch, optimizer_, updates);
  }
  // Its weight changes with every step, so it is no part of the graph.
  if (average_ && updates) average_->update();
}

void Learner::record_graphs() {
  if (graph_) graph_->record_seen();
}

StateItems Learner::state() {
  StateItems items;
  for (const Parameter& p : network_.parameters) items.push_back(tensor_item("weights." + p.name, p.value.detach()));
  for (const Buffer& b : network_.buffers) items.push_back(tensor_item("statistics." + b.name, b.value, /*of_rank=*/true));
  optimizer_.add_state(items);
  if (average_) average_->add_state(items);
  steps_.add_state(items);
  const at::Generator generator = at::globalContext().defaultGenerator(network_.parameters.front().value.device());
  items.push_back({.name = "dropout.generator",
                   .get = [generator] { return generator.get_state(); },
                   // Another kind of device has another kind of stream, which cannot go on: it is as it was seeded.
                   .set =
                       [generator](const at::Tensor& state) {
                         if (state.sizes() == generator.get_state().sizes()) at::Generator(generator).set_state(state);
                       },
                   .fixed = false,
                   .of_rank = true});
  return items;
}

const std::string& Learner::graph_failure() const {
  static const std::string none;
  return graph_ ? graph_->failure() : none;
}

}  // namespace cnnbench
