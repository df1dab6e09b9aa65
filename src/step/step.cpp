#include "step/step.hpp"

#include "cnnbench/core/clock.hpp"
#include "kernels/autocast.hpp"

namespace cnnbench {

at::Tensor Input::operator()(const DeviceBatch& batch) const {
  const at::Tensor pixels = batch.pixels.defined() ? batch.pixels : store.index_select(0, batch.indices);
  return prepare(warp && batch.draws.defined() ? (*warp)(pixels, batch.draws) : pixels, preprocess, batch.draws);
}

Steps::Steps(const Network& network, Input input, bool bfloat16, Exchange* exchange)
    : network_(network),
      input_(std::move(input)),
      bfloat16_(bfloat16),
      exchange_(exchange),
      device_(network.parameters.front().value.device().type()) {
  const at::TensorOptions options = network.parameters.front().value.detach().options();
  loss_sum_ = at::zeros({}, options.dtype(at::kDouble));
  correct_ = at::zeros({}, options.dtype(at::kLong));
}

at::Tensor Steps::loss_of(const at::Tensor& logits, const at::Tensor& labels) const {
  if (network_.plan.outputs == 1) return at::binary_cross_entropy_with_logits(logits.squeeze(1), labels.to(at::kFloat));
  return at::cross_entropy_loss(logits, labels);
}

void Steps::sum_up(const at::Tensor& logits, const DeviceBatch& batch, const at::Tensor& loss) {
  if (batch.pictures() == 0) return;
  const at::Tensor predicted = network_.plan.outputs == 1 ? logits.squeeze(1).gt(0) : logits.argmax(1);
  correct_.add_(predicted.eq(batch.labels).sum());
  loss_sum_.add_(loss, static_cast<double>(batch.pictures()));
}

// What its pictures' mean weighs in the mean over all ranks' pictures.
double Steps::share_of(const DeviceBatch& batch) const {
  return static_cast<double>(batch.pictures()) / static_cast<double>(batch.pictures_of_step());
}

void Steps::trained(const at::Tensor& loss, const DeviceBatch& batch) {
  pictures_ += static_cast<std::uint64_t>(batch.pictures());
  // Cloned: a graph's next replay overwrites it.
  if (kept_.size() < keep_) kept_.push_back(exchange_ ? loss.mul(share_of(batch)) : loss.clone());
}

// The clock, where it says something about the step.
double Steps::mark() const { return device_ == at::kCPU ? seconds_now() : 0; }

// Of batches that are added up each loss is a sum over pictures, for how many they will be together is not known before the last.
at::Tensor Steps::gradients(const DeviceBatch& batch, at::Tensor& logits, bool updates) {
  const double begin = mark();
  const bool adds = added_ > 0 || !updates;
  if (exchange_) exchange_->before_forward(updates);
  if (network_.batch_counts) *network_.batch_counts = batch.pictures() > 0;
  const at::Tensor x = input_(batch);
  at::Tensor loss;
  {
    const Autocast autocast(device_, bfloat16_);
    logits = network_.forward(x, true).to(at::kFloat);
    loss = loss_of(logits, batch.labels);
  }
  const double forward_done = mark();
  const at::Tensor weighed = adds ? loss.mul(static_cast<double>(batch.pictures())) : exchange_ ? loss.mul(share_of(batch)) : loss;
  if (exchange_)
    exchange_->backward(weighed, updates);
  else
    weighed.backward();
  if (adds) added_ += batch.pictures_of_step();
  stages_.forward += forward_done - begin;
  stages_.backward += mark() - forward_done;
  return loss.detach();
}

void Steps::mean_of_added() {
  if (added_ == 0) return;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const Parameter& p : network_.parameters) gradients.push_back(p.value.grad());
  at::_foreach_mul_(gradients, 1 / static_cast<double>(added_));
  added_ = 0;
}

at::Tensor Steps::compute(const DeviceBatch& batch, Optimizer& optimizer, bool updates) {
  at::Tensor logits;
  const at::Tensor loss = gradients(batch, logits, updates);
  const double begin = mark();
  if (updates) {
    mean_of_added();
    optimizer.step();
    optimizer.zero_grad();
  }
  const at::NoGradGuard no_grad;
  sum_up(logits.detach(), batch, loss);
  stages_.optimizer += mark() - begin;
  return loss;
}

void Steps::train(const DeviceBatch& batch, Optimizer& optimizer, bool updates) {
  trained(compute(batch, optimizer, updates), batch);
}

at::Tensor Steps::infer(const at::Tensor& pixels) const {
  const at::NoGradGuard no_grad;
  const Autocast autocast(device_, bfloat16_);
  return network_.forward(prepare(pixels, input_.preprocess), false).to(at::kFloat);
}

void Steps::evaluate(const DeviceBatch& batch) {
  const at::NoGradGuard no_grad;
  const at::Tensor logits = infer(batch.pixels);
  sum_up(logits, batch, loss_of(logits, batch.labels));
  pictures_ += static_cast<std::uint64_t>(batch.pictures());
}

Totals Steps::totals() const {
  const double n = pictures_ == 0 ? 1.0 : static_cast<double>(pictures_);
  return {loss_sum_.item<double>() / n, static_cast<double>(correct_.item<std::int64_t>()) / n, pictures_};
}

Totals Steps::totals_of_all() {
  if (!exchange_) return totals();
  at::Tensor sums =
      at::tensor({loss_sum_.item<double>(), correct_.to(at::kDouble).item<double>(), static_cast<double>(pictures_)}, at::kDouble);
  exchange_->sum(sums);
  const auto* const s = sums.const_data_ptr<double>();
  const double n = s[2] == 0 ? 1.0 : s[2];
  return {s[0] / n, s[1] / n, static_cast<std::uint64_t>(s[2])};
}

void Steps::reset() {
  loss_sum_.zero_();
  correct_.zero_();
  pictures_ = 0;
}

std::vector<double> Steps::kept_losses() {
  if (kept_.empty()) return {};
  at::Tensor losses = at::stack(kept_).to(at::kCPU, at::kDouble);
  if (exchange_) exchange_->sum(losses);
  const auto* const first = losses.const_data_ptr<double>();
  return {first, first + losses.numel()};
}

void Steps::add_state(StateItems& items) {
  items.push_back(tensor_item("totals.loss", loss_sum_, true));
  items.push_back(tensor_item("totals.correct", correct_, true));
  items.push_back({.name = "totals.pictures",
                   .get = [this] { return at::scalar_tensor(static_cast<std::int64_t>(pictures_), at::kLong); },
                   .set = [this](const at::Tensor& count) { pictures_ = static_cast<std::uint64_t>(count.item<std::int64_t>()); },
                   .of_rank = true});
  items.push_back({.name = "first_losses",
                   .get = [this] { return kept_.empty() ? at::empty({0}, at::kFloat) : at::stack(kept_); },
                   .set = [this](const at::Tensor& losses) { kept_ = losses.to(loss_sum_.device()).unbind(); },
                   .fixed = false,
                   .of_rank = true});
}

at::Tensor class_probabilities(const at::Tensor& logits) {
  if (logits.size(1) > 1) return at::softmax(logits.to(at::kDouble), 1);
  const at::Tensor second = at::sigmoid(logits.to(at::kDouble));
  return at::cat({1 - second, second}, 1);
}

}  // namespace cnnbench
