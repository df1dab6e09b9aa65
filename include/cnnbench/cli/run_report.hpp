// A finished run in words, and several side by side.
#pragma once

#include <string>
#include <vector>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

std::string run_report(const RunResult&);                 // a few lines; the last is the field's `total images/sec: N`
std::string device_table(const std::vector<RunResult>&);  // a row per device, the ratio to the first

}  // namespace cnnbench
