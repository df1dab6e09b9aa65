#include <fmt/format.h>

#include "cnnbench/results/run_result.hpp"

namespace cnnbench {

std::vector<std::string> taints_of(const RunResult& r) {
  std::vector<std::string> taints;
  if (!r.optimized) taints.push_back(fmt::format("{} build", r.sanitize.empty() ? "debug" : "sanitizer"));
  if (!r.data_warning.empty()) taints.push_back(r.data_warning);
  if (!r.device_warning.empty()) taints.push_back(r.device_warning);
  if (r.traced) taints.emplace_back("some steps were traced, which slows them");
  if (!r.skipped.empty()) taints.push_back(fmt::format("{} bad pictures skipped", r.skipped.size()));
  if (r.tf32) taints.emplace_back("float32 convolutions use TF32");
  if (counted_epochs(r).size() == r.epochs.size())
    taints.emplace_back("first epoch only: its images/s include warm-up and decoding");
  for (const auto& more : {settling_taints(r), telemetry_taints(r)}) taints.insert(taints.end(), more.begin(), more.end());
  return taints;
}

}  // namespace cnnbench
