// What an exchange takes, measured before the first step: while nobody computes, and beside a computation.
#include <ATen/DeviceAccelerator.h>
#include <torch/csrc/distributed/c10d/Work.hpp>

#include <algorithm>

#include "cnnbench/core/clock.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "ranks/exchange.hpp"

namespace cnnbench {
namespace {

using Tensors = std::vector<at::Tensor>;
using Job = std::function<void()>;

constexpr std::int64_t side = 512;    // of the computation's matrices: three of them are what a core's own cache holds
constexpr double of_an_exchange = 3;  // so many times as long the computation is: about a backward pass
constexpr int longest = 200'000;      // microseconds: a slower one would keep the run from beginning, and is most of a step anyhow

class Measurement {
 public:
  using Timed = std::function<double(const Tensors&, const Job& meanwhile)>;
  Measurement(Exchange& exchange, Timed timed) : exchange_(exchange), timed_(std::move(timed)) {}

  // Each repetition waits for the others by itself, so none is measured before all are here but the first, which does not count.
  double alone(const Tensors& sent) const {
    timed_(sent, {});
    std::vector<double> seconds(repetitions(timed_(sent, {})));
    for (double& s : seconds) s = timed_(sent, {});
    return median(seconds);
  }

  // Beside the computation go, in turn, the gradients and one number: either way all wait for the slowest, so the difference is
  // the gradients'.
  double beside(const Tensors& gradients, const Tensors& number, const ExchangeAlone& alone) const {
    if (slowest(alone.step) > longest) return 0;
    const at::Tensor factor = at::ones({side, side}, number.front().options());
    at::Tensor product = at::empty_like(factor);
    int products = 1;
    const Job work = [&] {
      for (int i = 0; i < products; ++i) at::mm_out(product, factor, factor);
    };
    timed_(number, work);
    products = exchange_.largest(static_cast<int>(std::clamp(of_an_exchange * alone.step / timed_(number, work), 1.0, 1000.0)));
    std::vector<double> with(repetitions(timed_(gradients, work))), without(with.size());
    for (std::size_t i = 0; i < with.size(); ++i) {
      timed_(number, {});  // all begin together
      with[i] = timed_(gradients, work);
      timed_(number, {});
      without[i] = timed_(number, work);
    }
    return std::max(0.0, median(with) - median(without) + alone.one_number);
  }

 private:
  // As many on each rank.
  std::size_t repetitions(double seconds) const {
    return static_cast<std::size_t>(std::clamp(200'000 / std::max(slowest(seconds), 1), 5, 25));
  }
  // Of all ranks' times, in microseconds: what follows from it is the same on each.
  int slowest(double seconds) const { return exchange_.largest(static_cast<int>(std::min(1e9, 1e6 * seconds))); }

  Exchange& exchange_;
  Timed timed_;
};

}  // namespace

ExchangeAlone Exchange::measure_alone() {
  const Measurement measurement(*this, [this](const Tensors& sent, const Job& meanwhile) {
    const double begin = seconds_now();
    std::vector<c10::intrusive_ptr<c10d::Work>> works;
    for (const at::Tensor& tensor : sent) works.push_back(start_sum(tensor));
    if (meanwhile) meanwhile();
    for (const auto& work : works) wait(work);
    if (!sent.front().is_cpu()) at::accelerator::synchronizeDevice(sent.front().get_device());
    return seconds_now() - begin;
  });
  const Tensors gradients = like_gradients(), number{at::zeros({1}, gradients.front().options())};
  ExchangeAlone out{.step = measurement.alone(gradients), .one_number = measurement.alone(number)};
  if (how_ != GradientExchange::none) out.beside_work = measurement.beside(gradients, number, out);
  return out;
}

}  // namespace cnnbench
