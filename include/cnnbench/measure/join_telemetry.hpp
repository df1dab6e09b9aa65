// Telemetry of one stretch of time after another, as if it had been watched in one: of a run that several processes made, or an
// epoch whose summary was taken in parts.
#pragma once

#include <vector>

#include "cnnbench/measure/telemetry.hpp"

namespace cnnbench {

// Counts and energies add up, shares and means weigh by their seconds, the rest is the most or the least. What one of them does not
// know of a sum is not known; of a mean or a peak the other says it. One of no length counts for nothing.
TelemetrySummary joined(const TelemetrySummary&, const TelemetrySummary&);

// `later` began `offset` seconds after `earlier` did; its counters go on from where those of `earlier` ended. Thinned like
// Telemetry::series().
std::vector<TelemetrySample> joined(std::vector<TelemetrySample> earlier, const std::vector<TelemetrySample>& later, double offset);

}  // namespace cnnbench
