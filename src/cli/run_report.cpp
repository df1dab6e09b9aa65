#include "cnnbench/cli/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/results/rank_totals.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

std::string percent_text(const std::optional<double>& share) { return share ? fmt::format("{:.1f} %", 100 * *share) : "-"; }

double ratio(const RunResult& run, const RunResult& base) {
  return base.images_per_second > 0 ? run.images_per_second / base.images_per_second : 0;
}

// The rank that waits least for the others' gradients is the one that they wait for.
std::string ranks_line(const Ranks& ranks) {
  std::string text = fmt::format("ranks: {} started by {}, gradients over {}", ranks.size, ranks.launcher, ranks.engine);
  if (ranks.by_rank.empty()) return text + "\n";
  const auto slowest = std::min_element(ranks.by_rank.begin(), ranks.by_rank.end(),
                                        [](const RankRow& a, const RankRow& b) { return a.waited_seconds < b.waited_seconds; });
  const RankTotals totals = totals_of(ranks);
  if (const auto waited = totals.waited_pct(), hidden = totals.hidden_pct(); waited && hidden)
    text += fmt::format(
        ": {:.2f} MB a step; {:.0f} % of the time waited for them, {:.0f} % of the exchange was beside the backward pass; rank {} "
        "was waited for most",
        1e-6 * ranks.bytes_per_step, *waited, *hidden, slowest->rank);
  return text + "\n";
}

}  // namespace

std::string run_report(const RunResult& r) {
  const Phases& s = r.seconds;
  std::string text = fmt::format("{} on {} ({}): {} images/s ({}, {}, {}, cache {}, batch {})\n", r.experiment.name, r.device,
                                 r.device_name, speed_text(r.images_per_second), r.precision, count_text(r.threads, "thread"),
                                 count_text(r.workers, "worker"), r.cache, r.experiment.loader.batch_size);
  text += fmt::format("validation accuracy: {}", percent_text(r.final_val_accuracy));
  if (r.best_val_accuracy) text += fmt::format(" (best {}, epoch {})", percent_text(r.best_val_accuracy), r.best_epoch);
  if (r.seconds_to_target) text += fmt::format("; target reached after {:.1f} s", *r.seconds_to_target);
  text += fmt::format(
      "\ntime: {:.1f} s = setup {:.1f} + data wait {:.1f} + compute {:.1f} + evaluation {:.1f} + checkpoints {:.1f} + output "
      "{:.1f} + rest {:.1f}\n",
      s.wall, s.setup, s.data_wait, s.compute, s.evaluate, s.checkpoint, s.output, s.rest());
  if (r.ranks) text += ranks_line(*r.ranks);
  if (r.energy_j && r.images_per_j)
    text += fmt::format("energy: {:.2f} images/J, {:.0f} J ({})\n", *r.images_per_j, *r.energy_j, r.energy_method.value_or("-"));
  text += fmt::format("data: {}\n", r.data_source);
  if (r.stopped != "finished") text += fmt::format("stopped: {}\n", r.stopped);
  for (const std::string& taint : r.taints) text += fmt::format("note: {}\n", taint);
  text += fmt::format("verdict: {}\n", r.verdict.text);
  return text + fmt::format("total images/sec: {:.1f}", r.images_per_second);
}

std::string device_table(const std::vector<RunResult>& runs) {
  std::size_t width = 6;
  const auto label = [](const RunResult& r) { return fmt::format("{} ({})", r.device, r.device_name); };
  for (const RunResult& r : runs) width = std::max(width, label(r).size());
  std::string text = fmt::format("{:<{}} | {:>9} | {:>7} | {:>12} | {:>9}\n{:-<{}}", "device", width, "images/s", "ratio",
                                 "val accuracy", "data wait", "", width + 49);
  for (const RunResult& r : runs)
    text += fmt::format("\n{:<{}} | {:>9} | {:>6.2f}x | {:>12} | {:>7.0f} %", label(r), width, speed_text(r.images_per_second),
                        ratio(r, runs.front()), percent_text(r.final_val_accuracy), r.verdict.data_wait_pct);
  return text;
}

}  // namespace cnnbench
