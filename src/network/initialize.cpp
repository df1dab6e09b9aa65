#include "network/initialize.hpp"

#include <cmath>
#include <numbers>

namespace cnnbench {
namespace {

double truncated_unit_normal(RandomStream& random) {
  for (;;) {  // Box-Muller; 95 % of the draws lie within two sigma
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    const double z = radius * std::cos(2 * std::numbers::pi * random.unit());
    if (std::abs(z) < 2) return z;
  }
}

// A normal cut at two sigma has 0.8796 of the deviation; Keras' variance scaling divides by it, its TruncatedNormal does not.
constexpr double truncated_deviation = 0.87962566103423978;

}  // namespace

at::Tensor initial_weights(at::IntArrayRef shape, Initializer kind, double stddev, RandomStream random) {
  at::Tensor weights = at::empty(shape, at::kFloat);
  const double taps = shape.size() == 4 ? static_cast<double>(shape[2] * shape[3]) : 1.0;
  const double fan_in = taps * static_cast<double>(shape[1]);
  // A grouped kernel's shape[1] is the inputs of one group; its outputs count whole, as in Keras.
  const double fan_out = taps * static_cast<double>(shape[0]);
  float* w = weights.data_ptr<float>();
  const auto fill = [&](auto&& value) {
    for (std::int64_t i = 0; i < weights.numel(); ++i) w[i] = static_cast<float>(value());
  };
  switch (kind) {
    case Initializer::glorot_uniform: {
      const double limit = std::sqrt(6 / (fan_in + fan_out));
      fill([&] { return random.uniform(-limit, limit); });
      break;
    }
    case Initializer::he_normal: {
      const double sigma = std::sqrt(2 / fan_in) / truncated_deviation;
      fill([&] { return sigma * truncated_unit_normal(random); });
      break;
    }
    case Initializer::truncated_normal:
      fill([&] { return stddev * truncated_unit_normal(random); });
      break;
  }
  return weights;
}

}  // namespace cnnbench
