#include "scaling_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::string milliseconds(double seconds) { return fmt::format("{:.3g} ms", 1e3 * seconds); }

// Of the fit: by how much it misses what was measured, at most.
double largest_miss(const ScalingSource& source) {
  double most = 0;
  for (const BatchTime& m : source.measured) most = std::max(most, std::abs(source.rank.step.of(m.pictures) / m.seconds - 1));
  return most;
}

std::string step_note(const ScalingSource& source, const ScalingFacts& facts) {
  const std::string speed = facts.faster == 1 ? "" : fmt::format(", taken to be {:g} times as fast as measured", facts.faster);
  const std::string from = facts.ranks > 1 ? fmt::format(" (of {} measured ones, less their exchange)", facts.ranks) : "";
  const BatchTime &first = source.measured.front(), &last = source.measured.back();
  if (source.measured.size() == 1)
    return fmt::format("a rank{}{}: {} pictures a step in {}", from, speed, first.pictures, milliseconds(first.seconds));
  return fmt::format("a rank{}{}: {} and {} a picture, fitted to {} batch sizes from {} to {}, off by {:.1f} % at most", from,
                     speed, milliseconds(source.rank.step.fixed), milliseconds(source.rank.step.per_picture),
                     source.measured.size(), first.pictures, last.pictures, 100 * largest_miss(source));
}

std::string gradients_note(const ScalingSource& source, const ScalingFacts& facts) {
  double bytes = 0;
  for (const Bucket& bucket : source.rank.buckets) bytes += bucket.bytes;
  return fmt::format("gradients: {:.2f} MB a step in {}; the backward pass is {:.0f} % of a step ({})", bytes / 1e6,
                     count_text(static_cast<long long>(source.rank.buckets.size()), "bucket"), 100 * source.rank.backward_share,
                     facts.backward_is_measured ? "measured" : "assumed");
}

std::string variation_note(const ScalingSource& source, const ScalingFacts& facts) {
  if (facts.variation == Known::no)
    return "how a step's time varies is unknown: no rank is slower than another (--variation says otherwise)";
  return fmt::format("a step's time varies by {:.1f} %{}, each rank's by itself", 100 * source.rank.variation,
                     facts.variation == Known::measured ? " (from the run's windows)" : "");
}

}  // namespace

std::vector<std::string> scaling_notes(const ScalingSource& source, const ScalingFacts& facts) {
  std::vector<std::string> notes{step_note(source, facts)};
  if (facts.batches > 1) notes.push_back(fmt::format("a step is {} batches, whose gradients are exchanged once", facts.batches));
  if (facts.wait >= 0.01)
    notes.push_back(
        fmt::format("{:.0f} % of the time it waited for pictures; that is left out: ranks have theirs in time", 100 * facts.wait));
  notes.push_back(gradients_note(source, facts));
  notes.emplace_back(source.rank.hides_exchange
                         ? "buckets are exchanged beside the backward pass, one after another"
                         : "nothing of the exchange is hidden (on CPUs it is work of the very cores that compute)");
  notes.push_back(variation_note(source, facts));
  return notes;
}

}  // namespace cnnbench
