#include "cnnbench/config/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cnnbench {

double scheduled_rate(const TrainConfig& c, double epoch) {
  switch (c.schedule) {
    case ScheduleKind::none:
      return c.learning_rate;
    case ScheduleKind::step:
      return c.learning_rate * std::pow(c.schedule_factor, std::floor(epoch / std::max(c.schedule_epochs, 1)));
    case ScheduleKind::cosine: {
      const double length = c.schedule_epochs > 0 ? c.schedule_epochs : std::max(c.epochs, 1);
      return c.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * std::min(epoch / length, 1.0)));
    }
  }
  return c.learning_rate;
}

}  // namespace cnnbench
