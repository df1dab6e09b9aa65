// How fast N ranks train one network together, from what one of them does and what the network between them carries. Pure. Seconds,
// bytes, pictures.
//
// A rank's step takes t(b) for its b pictures. Each rank's time varies, and all wait for the slowest: t(b) (1 + v E_N), v the
// variation, E_N the expected largest of N (stragglers.hpp). Gradients go in buckets, one exchange after another, each when all
// ranks have it:
//   beside the backward pass (GPUs)    bucket k begins when it is ready and k - 1 is done; the step grows by what ends after the
//   pass by the cores that compute (CPUs)   the step grows by all of it: docs/scaling.md measured that
// Pictures are taken to be there in time, and the optimizer's part to be in t(b).
// Weak scaling: b pictures a rank, whatever N (Gustafson 1988). Strong: b of all together, and the rank with most of them counts;
// the part of t(b) that does not go with b is what Amdahl (1967) calls serial.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/results/allreduce.hpp"
#include "cnnbench/results/buckets.hpp"

namespace cnnbench {

// Of one rank by itself: t(b) = fixed + per_picture b.
struct StepTime {
  double fixed = 0, per_picture = 0;
  double of(double pictures) const { return fixed + per_picture * pictures; }
};

struct BatchTime {
  double pictures = 0, seconds = 0;
};

// The line with the least squares of relative errors; neither of its parts below 0. Of one batch: a fixed time, right for that
// batch alone.
StepTime fitted(const std::vector<BatchTime>&);

// Of the step, where it is not known: a pass back makes two products (gradients of inputs, of weights) for one of the forward pass.
inline constexpr double usual_backward_share = 2.0 / 3;

struct RankWork {
  StepTime step{};
  double backward_share = usual_backward_share;
  double variation = 0;           // of a step's time: deviation / mean
  std::vector<Bucket> buckets{};  // in the order in which the backward pass has them
  bool hides_exchange = true;     // the exchange runs beside the backward pass
};

enum class Scaling { weak, strong };

template <>
struct EnumNames<Scaling> {
  static constexpr std::array values{std::pair{Scaling::weak, std::string_view{"weak"}},
                                     std::pair{Scaling::strong, std::string_view{"strong"}}};
};

struct ScalingQuestion {
  double batch = 0;  // pictures of a step: of a rank (weak), of all ranks (strong)
  Scaling scaling = Scaling::weak;
  Interconnect net{};
  std::optional<Algorithm> algorithm{};  // none: the fastest for each bucket
};

struct Projected {
  int ranks = 1;
  double pictures = 0;                  // of the rank that has most of them
  double compute_seconds = 0;           // its step, were it alone
  double straggler_seconds = 0;         // waiting for the slowest
  double exchange_seconds = 0;          // all buckets
  double exposed_seconds = 0;           // of those, what the step grows by
  std::vector<Algorithm> algorithms{};  // that were used, each once
  double images_per_second = 0;         // of all ranks
  double efficiency = 1;                // images_per_second / (ranks times that of one rank by itself)
  double step_seconds() const { return compute_seconds + straggler_seconds + exposed_seconds; }
  std::optional<double> hidden_share() const {  // of the exchange
    return exchange_seconds > 0 ? std::optional(std::max(0.0, 1 - exposed_seconds / exchange_seconds)) : std::nullopt;
  }
};

Projected project(const RankWork&, const ScalingQuestion&, int ranks);

// The inverse: how long a rank's step takes by itself, where `ranks` of them took `measured` together with rings over this link.
// nullopt: their exchange alone takes longer.
std::optional<double> step_alone(const RankWork&, const Link&, int ranks, double measured);

}  // namespace cnnbench
