#include "cnnbench/results/sample_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cnnbench/measure/change_point.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

constexpr double scaled = 1.4826;  // of normal noise the median absolute deviation times this is the standard deviation
constexpr double far_deviations = 3, far_share = 0.1;
constexpr std::size_t least_for_outliers = 4, least_for_change = 10;  // of fewer no order of two levels is rarer than change_p

}  // namespace

std::vector<std::string> sample_notes(std::span<const double> samples) {
  std::vector<std::string> notes;
  if (samples.size() < 2) return notes;
  const double middle = median(samples);
  if (samples.size() < least_for_outliers) {
    const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
    if (*high - *low > far_share * middle)
      notes.push_back(fmt::format("the repetitions differ: {} to {} images/s", speed_text(*low), speed_text(*high)));
    return notes;
  }
  std::vector<double> distances;
  for (const double s : samples) distances.push_back(std::abs(s - middle));
  const double far = std::max(far_deviations * scaled * median(distances), far_share * middle);
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (distances[i] > far)
      notes.push_back(fmt::format("outlier: repetition {} of {} ran at {} images/s, {:.0f} % {} the median", i + 1, samples.size(),
                                  speed_text(samples[i]), 100 * distances[i] / middle, samples[i] < middle ? "below" : "above"));
  if (samples.size() < least_for_change) return notes;
  if (const auto change = find_change(samples))
    notes.push_back(fmt::format("the machine's speed changed between repetitions: from repetition {} on {:.0f} % {}", change->at + 1,
                                100 * std::abs(change->shift), change->shift < 0 ? "slower" : "faster"));
  return notes;
}

}  // namespace cnnbench
