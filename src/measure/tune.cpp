#include "cnnbench/measure/tune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cnnbench {
namespace {

class Search {
 public:
  Search(const MeasureSets& measure, const TuneOptions& options) : measure_(measure), options_(options) {}

  // Whether both were measured.
  bool pair(const std::vector<std::string>& before, const std::vector<std::string>& after, std::vector<double>& a, std::vector<double>& b) {
    processes += 2;
    // Whoever comes first has the cooler or the colder machine: in turn.
    const bool swapped = a.size() % 2 == 1;
    const double first = measure_(swapped ? after : before), second = measure_(swapped ? before : after);
    a.push_back(swapped ? second : first);
    b.push_back(swapped ? first : second);
    return std::isfinite(a.back()) && std::isfinite(b.back());
  }

  TuneStep tried(const TuneAxis& axis, const std::string& from, const std::string& value, const std::vector<std::string>& best) {
    TuneStep step{.key = axis.key, .from = from, .to = value, .before = {}, .after = {}, .ratio = {}, .why = {}};
    const std::vector<std::string> with = with_set(best, axis.key, value);
    for (int i = 0; i < options_.pairs && step.why.empty(); ++i)
      if (!pair(best, with, step.before, step.after)) {
        step.before.pop_back();
        step.after.pop_back();
        step.why = "failed";
      } else if (i >= 1 && all_below(step, options_.clearly_slower)) {
        step.why = "slower in every pair";
      }
    step.ratio = paired_ratio(step.before, step.after);
    if (step.why.empty()) judge(step);
    return step;
  }

  // The key once: a later value takes the place of an earlier one.
  static std::vector<std::string> with_set(std::vector<std::string> sets, const std::string& key, const std::string& value) {
    std::erase_if(sets, [&](const std::string& set) { return set.starts_with(key + "="); });
    sets.push_back(key + "=" + value);
    return sets;
  }

  int processes = 0;

 private:
  static bool all_below(const TuneStep& step, double limit) {
    for (std::size_t i = 0; i < step.before.size(); ++i)
      if (step.after[i] >= limit * step.before[i]) return false;
    return true;
  }

  void judge(TuneStep& step) const {
    const bool gains = step.ratio.value > 1 + options_.worthwhile;
    if (step.ratio.interval) {
      step.kept = gains && step.ratio.interval->low > 1;
      step.why = step.kept ? "" : gains ? "the gain is within the noise" : "no gain";
      return;
    }
    // Too few pairs for an interval: all of them must say so.
    step.kept = gains;
    for (std::size_t i = 0; i < step.before.size(); ++i) step.kept = step.kept && step.after[i] > step.before[i];
    step.why = step.kept ? fmt::format("unproven: fewer than {} pairs, though all gained", least_pairs) : "no gain in every pair";
  }

  const MeasureSets& measure_;
  const TuneOptions& options_;
};

}  // namespace

Tuned tune(const std::vector<TuneAxis>& axes, const MeasureSets& measure, const TuneOptions& options) {
  Search search(measure, options);
  Tuned out;
  int cells = 1;
  for (const TuneAxis& axis : axes) {
    cells *= static_cast<int>(axis.values.size()) + 1;
    std::string from = axis.from;
    for (const std::string& value : axis.values) {
      TuneStep step = search.tried(axis, from, value, out.sets);
      out.steps.push_back(step);
      if (step.kept) {
        out.sets = Search::with_set(out.sets, axis.key, value);
        from = value;
      } else if (axis.grows) {
        break;
      }
    }
  }
  if (!out.sets.empty())
    for (int i = 0; i < options.pairs; ++i)
      if (!search.pair({}, out.sets, out.first, out.last)) {
        out.first.pop_back();
        out.last.pop_back();
      }
  out.gain = paired_ratio(out.first, out.last);
  out.contradicted = out.gain.interval && out.gain.interval->high < 1;
  if (out.contradicted) out.sets.clear();
  out.processes = search.processes;
  out.grid_processes = cells * options.pairs;
  return out;
}

}  // namespace cnnbench
