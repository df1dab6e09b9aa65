#include "cnnbench/measure/effect.hpp"

namespace cnnbench {

Effect effect_of(const std::optional<Interval>& interval, double neutral, double band) {
  if (!interval) return Effect::unsure;
  if (interval->low >= neutral - band && interval->high <= neutral + band) return Effect::none;
  if (interval->low > neutral) return Effect::above;
  if (interval->high < neutral) return Effect::below;
  return Effect::unsure;
}

}  // namespace cnnbench
