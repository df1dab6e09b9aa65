#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/table_text.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {

std::vector<std::string> taints_of(const RunResult& r) {
  std::vector<std::string> taints;
  if (!r.optimized) taints.push_back(r.sanitize.empty() ? taint<Taint::debug_build>() : taint<Taint::sanitizer_build>());
  if (!r.data_warning.empty()) taints.push_back(r.data_warning);
  if (!r.device_warning.empty()) taints.push_back(r.device_warning);
  if (r.ranks && r.experiment.train.exchange == GradientExchange::none) taints.push_back(taint<Taint::not_exchanged>());
  if (r.traced) taints.push_back(taint<Taint::traced>());
  if (r.resumed && !r.resumed->empty()) {
    const Resumed& first = r.resumed->front();
    const std::size_t more = r.resumed->size() - 1;
    taints.push_back(taint<Taint::resumed>(
        first.epoch, first.step, more == 0 ? "" : fmt::format(", and {} more", count_text(static_cast<long long>(more), "time"))));
    for (const Resumed& again : *r.resumed)
      if (!again.differences.empty())
        taints.push_back(taint<Taint::resumed_otherwise>(fmt::format("{}", fmt::join(again.differences, "; "))));
  }
  if (!r.skipped.empty()) taints.push_back(taint<Taint::skipped_pictures>(r.skipped.size()));
  if (r.tf32) taints.push_back(taint<Taint::tf32>());
  if (counted_epochs(r).size() == r.epochs.size()) taints.push_back(taint<Taint::first_epoch_only>());
  for (const auto& more : {settling_taints(r), telemetry_taints(r)}) taints.insert(taints.end(), more.begin(), more.end());
  return taints;
}

}  // namespace cnnbench
