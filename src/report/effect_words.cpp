#include "effect_words.hpp"

#include <fmt/format.h>

namespace cnnbench::report {

Effect ratio_effect(const std::optional<Interval>& interval) { return effect_of(interval, 1, no_effect_share); }

std::string effect_word(Effect effect) {
  return effect == Effect::unsure ? "not shown" : effect == Effect::none ? "no effect" : "shown";
}

std::string effect_text(const std::optional<Interval>& interval, double neutral, double band) {
  const Effect effect = effect_of(interval, neutral, band);
  const std::string word = effect_word(effect);
  if (!interval) return word + ": too few repetitions for an interval";
  if (effect == Effect::unsure) return fmt::format("{}: the interval holds {:g}", word, neutral);
  if (effect == Effect::none)
    return fmt::format("{}: the interval lies between {:g} and {:g}", word, neutral - band, neutral + band);
  return fmt::format("{}: the interval lies {} {:g}", word, effect == Effect::above ? "above" : "below", neutral);
}

}  // namespace cnnbench::report
