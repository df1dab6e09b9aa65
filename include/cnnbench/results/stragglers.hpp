// How much longer than a step's mean the slowest of many ranks takes: all wait for it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

// The mean of the largest of n draws from a normal distribution of mean 0 and deviation 1 (Tippett 1925; David and Nagaraja, Order
// Statistics, 2003, chapter 3): the integral of 1 - F(x)^n above 0 less that of F(x)^n below. 0 for one, 0.56 for two, 2.5 for 100.
double expected_largest(std::int64_t n);

// How a step's time varies from step to step, as a share of its mean: standard deviation / mean. A window is the mean of its k
// steps, whose variance is 1 / k of a step's where steps are independent; neighbours are compared, so that a speed which drifts, or
// another epoch, counts little (mean square successive difference: von Neumann, Kent, Bellinson and Hart 1941). Waiting for
// pictures is left out. nullopt below eight pairs of neighbours. What it cannot know: whether several ranks vary together (then
// nobody waits), whether one machine is slower than another all the time, and how rare and how long the longest steps are.
std::optional<double> step_variation(const RunResult&);

}  // namespace cnnbench
