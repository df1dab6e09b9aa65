#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {

std::vector<std::string> taints_of(const RunResult& r) {
  std::vector<std::string> taints;
  if (!r.optimized) taints.push_back(fmt::format("{} build", r.sanitize.empty() ? "debug" : "sanitizer"));
  if (!r.data_warning.empty()) taints.push_back(r.data_warning);
  if (!r.device_warning.empty()) taints.push_back(r.device_warning);
  if (r.traced) taints.emplace_back("some steps were traced, which slows them");
  if (r.resumed && !r.resumed->empty()) {
    const Resumed& first = r.resumed->front();
    const std::size_t more = r.resumed->size() - 1;
    taints.push_back(fmt::format("resumed in epoch {} after step {}{}: each start's warm-up is in its images/s", first.epoch,
                                 first.step,
                                 more == 0 ? "" : fmt::format(", and {} more", count_text(static_cast<long long>(more), "time"))));
    for (const Resumed& again : *r.resumed)
      if (!again.differences.empty())
        taints.push_back(fmt::format("resumed where it need not compute the same: {}", fmt::join(again.differences, "; ")));
  }
  if (!r.skipped.empty()) taints.push_back(fmt::format("{} bad pictures skipped", r.skipped.size()));
  if (r.tf32) taints.emplace_back("float32 convolutions use TF32");
  if (counted_epochs(r).size() == r.epochs.size())
    taints.emplace_back("first epoch only: its images/s include warm-up and decoding");
  for (const auto& more : {settling_taints(r), telemetry_taints(r)}) taints.insert(taints.end(), more.begin(), more.end());
  return taints;
}

}  // namespace cnnbench
