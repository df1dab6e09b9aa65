#include "step/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace cnnbench {
namespace {

constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;

}  // namespace

Optimizer::Optimizer(const std::vector<Parameter>& parameters, const TrainConfig& c)
    : kind_(c.optimizer), fused_(c.profile != Profile::tutorial), momentum_(c.momentum), nesterov_(c.nesterov) {
  std::map<double, Group> by_decay;
  for (const Parameter& p : parameters) {
    const double decay = p.decays ? p.weight_decay + c.weight_decay : 0;
    Group& group = by_decay[decay];
    group.weight_decay = decay;
    group.names.push_back(p.name);
    group.values.push_back(p.value);
    const at::Tensor value = p.value.detach();
    if (kind_ == OptimizerKind::adam || momentum_ > 0) group.first.push_back(at::zeros_like(value));
    if (kind_ == OptimizerKind::adam) {
      group.second.push_back(at::zeros_like(value));
      group.steps.push_back(at::zeros({}, value.options()));
    }
  }
  for (auto& [decay, group] : by_decay) groups_.push_back(std::move(group));
  rate_tensor_ = at::zeros({}, parameters.front().value.detach().options());
  set_learning_rate(c.learning_rate);
}

void Optimizer::set_learning_rate(double rate) {
  if (rate == rate_) return;
  rate_ = rate;
  rate_tensor_.fill_(rate);
}

void Optimizer::fused_step(Group& g) {
  std::vector<at::Tensor> gradients;
  gradients.reserve(g.values.size());
  for (const at::Tensor& value : g.values) gradients.push_back(value.grad());
  if (kind_ == OptimizerKind::adam) {
    at::_foreach_add_(g.steps, 1);
    at::_fused_adam_(g.values, gradients, g.first, g.second, {}, g.steps, rate_tensor_, beta1, beta2, g.weight_decay, epsilon,
                     /*amsgrad=*/false, /*maximize=*/false);
  } else {
    at::_fused_sgd_(g.values, gradients, g.first, g.weight_decay, momentum_, rate_tensor_, /*dampening=*/0, nesterov_,
                    /*maximize=*/false, /*is_first_step=*/steps_done_ == 1);
  }
}

void Optimizer::plain_step(Group& group) {
  const auto t = static_cast<double>(steps_done_);
  for (std::size_t i = 0; i < group.values.size(); ++i) {
    at::Tensor& value = group.values[i];
    at::Tensor g = value.grad();
    if (group.weight_decay != 0) g = g.add(value, group.weight_decay);
    if (kind_ == OptimizerKind::adam) {
      at::Tensor &first = group.first[i], &second = group.second[i];
      first.mul_(beta1).add_(g, 1 - beta1);
      second.mul_(beta2).addcmul_(g, g, 1 - beta2);
      const at::Tensor deviation = (second.sqrt() / std::sqrt(1 - std::pow(beta2, t))).add_(epsilon);
      value.addcdiv_(first, deviation, -rate_ / (1 - std::pow(beta1, t)));
      continue;
    }
    if (momentum_ > 0) {
      at::Tensor& velocity = group.first[i];
      velocity.mul_(momentum_).add_(g);
      g = nesterov_ ? g.add(velocity, momentum_) : velocity;
    }
    value.add_(g, -rate_);
  }
}

void Optimizer::step() {
  const at::NoGradGuard no_grad;
  ++steps_done_;
  for (Group& group : groups_) fused_ ? fused_step(group) : plain_step(group);
}

void Optimizer::zero_grad() {
  for (Group& g : groups_)
    for (at::Tensor& value : g.values) value.mutable_grad().reset();
}

void Optimizer::add_state(StateItems& items) {
  items.push_back(count_item("optimizer.steps", steps_done_));
  for (const Group& g : groups_)
    for (std::size_t i = 0; i < g.names.size(); ++i) {
      const bool adam = kind_ == OptimizerKind::adam;
      if (!g.first.empty()) items.push_back(tensor_item((adam ? "adam.first." : "sgd.momentum.") + g.names[i], g.first[i]));
      if (!adam) continue;
      items.push_back(tensor_item("adam.second." + g.names[i], g.second[i]));
      if (fused_) items.push_back(tensor_item("adam.steps." + g.names[i], g.steps[i]));  // plain_step() has steps_done_
    }
}

MovingAverage::MovingAverage(const std::vector<Parameter>& parameters, double decay) : decay_(decay) {
  for (const Parameter& p : parameters) {
    names_.push_back(p.name);
    live_.push_back(p.value.detach());
    average_.push_back(p.value.detach().clone());
  }
}

void MovingAverage::update() {
  const at::NoGradGuard no_grad;
  const auto n = static_cast<double>(++updates_);
  at::_foreach_lerp_(average_, live_, 1 - std::min(decay_, (1 + n) / (10 + n)));
}

void MovingAverage::add_state(StateItems& items) {
  items.push_back(count_item("average.updates", updates_));
  for (std::size_t i = 0; i < names_.size(); ++i) items.push_back(tensor_item("average." + names_[i], average_[i]));
}

void MovingAverage::swap() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < live_.size(); ++i) {
    const at::Tensor kept = live_[i].clone();
    live_[i].copy_(average_[i]);
    average_[i].copy_(kept);
  }
}

}  // namespace cnnbench
