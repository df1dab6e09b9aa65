#include "cnnbench/results/scaling.hpp"

#include <algorithm>
#include <cmath>

#include "cnnbench/results/stragglers.hpp"

namespace cnnbench {
namespace {

struct Exchanged {
  double seconds = 0, exposed = 0;
  std::vector<Algorithm> algorithms;
};

Exchanged exchanged(const RankWork& work, const ScalingQuestion& q, int ranks, double slowest_step) {
  Exchanged out;
  const double backward = work.hides_exchange ? work.backward_share * slowest_step : 0;
  double end = 0;  // of the exchange, after the backward pass began
  for (const Bucket& bucket : work.buckets) {
    const Allreduce all = allreduce(bucket.bytes, ranks, q.net, q.algorithm);
    out.seconds += all.seconds;
    end = std::max(end, bucket.ready * backward) + all.seconds;
    if (std::find(out.algorithms.begin(), out.algorithms.end(), all.algorithm) == out.algorithms.end())
      out.algorithms.push_back(all.algorithm);
  }
  out.exposed = std::max(0.0, end - backward);
  return out;
}

}  // namespace

StepTime fitted(const std::vector<BatchTime>& measured) {
  double w = 0, x = 0, y = 0, xx = 0, xy = 0;  // sums with weights 1 / seconds^2
  for (const BatchTime& m : measured) {
    const double weight = 1 / (m.seconds * m.seconds);
    w += weight;
    x += weight * m.pictures;
    y += weight * m.seconds;
    xx += weight * m.pictures * m.pictures;
    xy += weight * m.pictures * m.seconds;
  }
  const double determinant = w * xx - x * x;
  if (!(determinant > 1e-12 * w * xx)) return {.fixed = w > 0 ? y / w : 0};
  const double slope = (w * xy - x * y) / determinant, fixed = (xx * y - x * xy) / determinant;
  if (slope < 0) return {.fixed = y / w};
  if (fixed < 0) return {.per_picture = xy / xx};
  return {fixed, slope};
}

Projected project(const RankWork& work, const ScalingQuestion& q, int ranks) {
  const bool weak = q.scaling == Scaling::weak;
  Projected out{.ranks = ranks, .pictures = weak ? q.batch : std::ceil(q.batch / ranks)};
  out.compute_seconds = work.step.of(out.pictures);
  out.straggler_seconds = out.compute_seconds * work.variation * expected_largest(ranks);
  if (ranks > 1) {
    Exchanged exchange = exchanged(work, q, ranks, out.compute_seconds + out.straggler_seconds);
    out.exchange_seconds = exchange.seconds;
    out.exposed_seconds = exchange.exposed;
    out.algorithms = std::move(exchange.algorithms);
  }
  out.images_per_second = (weak ? q.batch * ranks : q.batch) / out.step_seconds();
  out.efficiency = out.images_per_second / (ranks * q.batch / work.step.of(q.batch));
  return out;
}

std::optional<double> step_alone(const RankWork& work, const Link& link, int ranks, double measured) {
  RankWork trial = work;
  const ScalingQuestion rings{.batch = 1, .net = {.between = link}, .algorithm = Algorithm::ring};
  const auto together = [&](double alone) {
    trial.step = {.fixed = alone};
    return project(trial, rings, ranks).step_seconds();
  };
  if (!(together(0) < measured)) return std::nullopt;
  double low = 0, high = measured;  // a step together is never shorter than one alone
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (together(middle) < measured ? low : high) = middle;
  }
  return high;
}

}  // namespace cnnbench
