// What ranks tell each other beside gradients: sums, everybody's values, the first one's words, wishes.
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "ranks/exchange.hpp"

namespace cnnbench {

void Exchange::sum(at::Tensor& value) {
  at::Tensor sent = value.cpu().contiguous();
  wait(start_sum(sent));
  value.copy_(sent);
}

void Exchange::sum_amid_step(at::Tensor& value) {
  const double begin = seconds_now();
  sum(value);
  took_amid_step(seconds_now() - begin);
}

std::vector<at::Tensor> Exchange::gather_amid_step(const at::Tensor& value) {
  const double begin = seconds_now();
  std::vector<at::Tensor> all = gather(value);
  took_amid_step(seconds_now() - begin);
  return all;
}

void Exchange::took_amid_step(double seconds) {
  seconds_.waited += seconds;
  seconds_.under_way += seconds;
}

std::vector<at::Tensor> Exchange::gather(const at::Tensor& value) {
  std::vector<std::int64_t> shape{size_};
  for (const std::int64_t n : value.sizes()) shape.push_back(n);
  // A sum in which all others are zero: to the bit, and of any engine.
  const at::Tensor all = at::zeros(shape, value.options().device(at::kCPU));
  all.select(0, rank_).copy_(value);
  wait(start_sum(all));
  return all.unbind();
}

std::string Exchange::of_first(const std::string& text) {
  const auto sent = [&](at::Tensor t) {
    std::vector<at::Tensor> tensors{t};
    c10d::BroadcastOptions options;
    options.timeout = patience_now();
    wait(group_->broadcast(tensors, options));
    return t;
  };
  const std::int64_t length = sent(at::full({1}, static_cast<std::int64_t>(text.size()), at::kLong)).item<std::int64_t>();
  if (length == 0) return "";
  const at::Tensor letters = at::zeros({length}, at::kByte);
  if (rank_ == 0) std::copy(text.begin(), text.end(), letters.data_ptr<std::uint8_t>());
  sent(letters);
  const auto* const first = reinterpret_cast<const char*>(letters.const_data_ptr<std::uint8_t>());
  return {first, static_cast<std::size_t>(length)};
}

int Exchange::largest(int mine) {
  const at::Tensor value = at::full({1}, mine, at::kInt);
  wait(start_sum(value, true));
  return value.item<int>();
}

Wishes Exchange::agreed(const Wishes& mine) {
  Wishes all;
  if (wishing_) {
    wait(wishing_);
    const int* const values = wishes_.const_data_ptr<int>();
    all = {.signal = values[0], .state_due = values[1] != 0};
  }
  wishes_ = at::empty({2}, at::kInt);
  wishes_.data_ptr<int>()[0] = mine.signal;
  wishes_.data_ptr<int>()[1] = mine.state_due ? 1 : 0;
  wishing_ = start_sum(wishes_, true);
  return all;
}

}  // namespace cnnbench
