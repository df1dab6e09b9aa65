#include "cnnbench/config/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cnnbench {
namespace {

// Of the full rate.
double share_at(const TrainConfig& c, double epoch) {
  switch (c.schedule) {
    case ScheduleKind::none:
      return 1;
    case ScheduleKind::step:
      return std::pow(c.schedule_factor, std::floor(epoch / std::max(c.schedule_epochs, 1)));
    case ScheduleKind::cosine: {
      const double length = c.schedule_epochs > 0 ? c.schedule_epochs : std::max(c.epochs, 1);
      return 0.5 * (1 + std::cos(std::numbers::pi * std::min(epoch / length, 1.0)));
    }
  }
  return 1;
}

}  // namespace

int batches_per_update(const Experiment& e) {
  return e.train.global_batch_size == 0 ? 1 : std::max(1, e.train.global_batch_size / e.loader.batch_size);
}

int pictures_per_update(const Experiment& e) { return batches_per_update(e) * e.loader.batch_size; }

double scheduled_rate(const Experiment& e, double epoch) {
  const TrainConfig& c = e.train;
  const bool scales = c.learning_rate_batch > 0;
  const double full = scales ? c.learning_rate * pictures_per_update(e) / c.learning_rate_batch : c.learning_rate;
  if (epoch >= c.warmup_epochs) return full * share_at(c, epoch);
  const double first = scales ? c.learning_rate : 0, last = full * share_at(c, c.warmup_epochs);
  return first + (last - first) * epoch / c.warmup_epochs;
}

}  // namespace cnnbench
