#include "cnnbench/results/scaling_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cell_identity.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/config/schedule.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/pipeline/draw.hpp"
#include "cnnbench/results/stragglers.hpp"
#include "cnnbench/results/table_text.hpp"
#include "scaling_notes.hpp"

namespace cnnbench {
namespace {

const std::string the_batch = "loader.batch_size";

// What cannot be one axis of batch sizes is named, with the option that chooses.
void require_same_work(const Row& first, const Row& other) {
  const std::vector<std::string> keys = differing_keys(first, other, {the_batch});
  if (!keys.empty())
    throw Error(ExitCode::usage,
                fmt::format("the result's cells differ in {}, not in their batch size only", fmt::join(keys, ", ")),
                fmt::format("choose: --base {}=VALUE", keys.front()));
  const auto fact = [](const char* name, const auto& a, const auto& b) {
    if (a != b)
      throw Error(ExitCode::usage, fmt::format("the result's cells differ in their {}", name), "give a result of one of them");
  };
  fact("device", first.device, other.device);
  fact("machine", first.hostname_hash, other.hostname_hash);
  fact("build", first.build_commit, other.build_commit);
}

std::vector<const Row*> rows_that_count(const std::vector<Row>& all, const std::vector<std::string>& base) {
  std::vector<const Row*> rows;
  bool any = false;
  for (const Row& row : all) {
    if (row.status != "ok" || !row.median_ips || !(*row.median_ips > 0) || row.batch_size < 1) continue;
    any = true;
    if (has_settings(row, base)) rows.push_back(&row);
  }
  if (rows.empty())
    throw Error(any ? ExitCode::usage : ExitCode::failed,
                any ? "no cell of the result is the one that --base chooses" : "no cell of the result has a speed",
                any ? "cnnbench report lists its cells" : "give the result of a run, or of a bench, that trained");
  const auto fewest = [](const Row* a, const Row* b) { return a->ranks < b->ranks; };
  std::erase_if(
      rows, [least = (*std::min_element(rows.begin(), rows.end(), fewest))->ranks](const Row* row) { return row->ranks > least; });
  for (const Row* row : rows) require_same_work(*rows.front(), *row);
  std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) { return a->batch_size < b->batch_size; });
  return rows;
}

std::string work_of(const Row& row) {
  return fmt::format("{}, {} ({}), {}{}", row.model, row.device, row.gpu_info.value_or(row.cpu_info.value_or("unknown")),
                     row.precision, row.device == "cpu" ? ", " + count_text(row.threads, "thread") : "");
}

double waiting(const Row& row) { return std::clamp(row.data_wait_pct.value_or(0) / 100, 0.0, 0.99); }

// The stages of ranks have the exchange in them.
std::optional<double> measured_backward_share(const Row& row) {
  if (row.ranks > 1 || !row.forward_us || !row.backward_us || !row.optimizer_us) return std::nullopt;
  const double all = row.copy_us.value_or(0) + *row.forward_us + *row.backward_us + *row.optimizer_us;
  return all > 0 ? std::optional(*row.backward_us / all) : std::nullopt;
}

// Over all runs: the mean of what each says. The steps of ranks are those of the slowest, not of one.
std::optional<double> measured_variation(const Results& results) {
  double sum = 0, count = 0;
  for (const NamedRun& run : results.runs)
    if (const auto variation = step_variation(run.result); variation && !run.result.ranks) {
      sum += *variation;
      ++count;
    }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

std::vector<Bucket> buckets_of(const Row& row, const Experiment& e) {
  const Plan plan = plan_network(e.model, augmented_size(e.augment, e.data.image_size), row.classes > 0 ? row.classes : 2);
  const bool at_once = e.train.exchange == GradientExchange::after;
  return buckets_of(plan, at_once ? std::numeric_limits<double>::infinity() : static_cast<double>(bucket_bytes));
}

void add_link(ScalingSource& out, const Results& results, int ranks) {
  double bytes = 0;
  for (const Bucket& bucket : out.rank.buckets) bytes += bucket.bytes;
  for (const NamedRun& run : results.runs) {
    if (run.result.rank_count() != ranks) continue;
    out.link = link_of_ring(ranks, run.result.ranks->exchange_latency_seconds, run.result.ranks->exchange_alone_seconds, bytes,
                            static_cast<int>(out.rank.buckets.size()));
    out.hosts = run.result.ranks->hosts;
    if (out.link) return;
  }
}

// The network's part of a step of all ranks: waiting for pictures is another thing's fault.
double step_together(const Row& row, int batches) { return batches * row.batch_size * (1 - waiting(row)) / *row.median_ips; }

// Of a rank by itself, as if nothing were exchanged.
double step_of_one(const Row& row, const ScalingSource& source, int batches) {
  if (row.ranks == 1) return step_together(row, batches);
  if (row.apart_ips && *row.apart_ips > 0) return batches * row.batch_size * (1 - waiting(row)) / *row.apart_ips;
  if (!source.link)
    throw Error(ExitCode::usage, fmt::format("the result is of {} ranks, and does not say what their exchange takes", row.ranks),
                "give one of a single process, or train it again");
  const auto alone = step_alone(source.rank, *source.link, row.ranks, step_together(row, batches));
  if (!alone)
    throw Error(ExitCode::failed,
                fmt::format("the exchange of the {} ranks alone takes longer than their step: it was disturbed", row.ranks),
                "give a result of a single process, or train it again");
  return *alone;
}

}  // namespace

ScalingSource scaling_source(const Results& results, const ScalingChoice& choice) {
  const std::vector<const Row*> rows = rows_that_count(results.rows, choice.base);
  const Row& row = *rows.back();
  const Experiment e = experiment_from_json(row.config);
  ScalingSource out{.work = work_of(row)};
  ScalingFacts facts{.ranks = row.ranks, .batches = batches_per_update(e)};
  const auto backward = measured_backward_share(row);
  const auto variation = choice.variation ? choice.variation : measured_variation(results);
  facts.backward_is_measured = backward.has_value();
  facts.variation = choice.variation ? Known::chosen : variation ? Known::measured : Known::no;
  // Only the last batch's backward pass has the exchange beside it, and what varies by itself evens out.
  out.rank.backward_share = backward.value_or(usual_backward_share) / facts.batches;
  out.rank.variation = variation.value_or(0) / (choice.variation ? 1 : std::sqrt(facts.batches));
  out.rank.buckets = buckets_of(row, e);
  out.rank.hides_exchange =
      choice.hides_exchange.value_or(row.device.starts_with("cuda") && e.train.exchange != GradientExchange::after);
  if (row.ranks > 1) add_link(out, results, row.ranks);
  for (const Row* r : rows) {
    facts.wait = std::max(facts.wait, waiting(*r));
    out.measured.push_back({std::ceil(static_cast<double>(facts.batches * r->batch_size) / row.ranks),
                            step_of_one(*r, out, facts.batches) / choice.faster});
  }
  out.rank.step = fitted(out.measured);
  facts.faster = choice.faster;
  out.notes = scaling_notes(out, facts);
  return out;
}

}  // namespace cnnbench
