#include "train/rank_facts.hpp"

#include <map>
#include <set>

#include "cnnbench/core/launch.hpp"
#include "cnnbench/core/usable.hpp"
#include "cnnbench/measure/machine.hpp"

namespace cnnbench {
namespace {

constexpr std::size_t most_cpus = 4096, bits = 63;  // a word of its bits is a number above 0

// The machine, and a bit for each CPU.
at::Tensor own_cores() {
  std::vector<std::int64_t> words(1 + most_cpus / bits + 1);
  words[0] = number_of_this_machine();
  for (const int cpu : process_cpus().cpus)
    if (const auto i = static_cast<std::size_t>(cpu); i < most_cpus) words[1 + i / bits] |= std::int64_t{1} << (i % bits);
  return at::tensor(words, at::kLong);
}

struct StepSeconds {
  double mean = 0, slowest = 0;
};

// All ranks make the same steps, so they have as many.
StepSeconds step_seconds_of_all(Parts& run) {
  if (run.step_seconds.empty()) return {};
  const at::Tensor mine = at::tensor(std::vector<double>(run.step_seconds.begin(), run.step_seconds.end()), at::kDouble);
  const at::Tensor all = at::stack(run.exchange->gather(mine));
  return {.mean = all.mean().item<double>(), .slowest = std::get<0>(all.max(0)).mean().item<double>()};
}

}  // namespace

std::int64_t number_of_this_machine() {
  const auto host = machine_record()["hostname_hash"];
  return static_cast<std::int64_t>(std::hash<std::string>{}(host.is_string() ? host.get<std::string>() : "") >> 1U);
}

Ranks facts_of_ranks(Exchange& exchange, bool shared_cache) {
  Ranks ranks{.launcher = this_launch().launcher,
              .engine = exchange.engine(),
              .size = exchange.size(),
              .shared_cache = shared_cache,
              .by_rank = {}};
  std::map<std::int64_t, std::set<std::size_t>> cores;
  for (const at::Tensor& rank : exchange.gather(own_cores())) {
    const auto* const words = rank.const_data_ptr<std::int64_t>();
    std::set<std::size_t>& here = cores[words[0]];
    for (std::size_t i = 0; i < most_cpus; ++i)
      if ((words[1 + i / bits] >> (i % bits) & 1) != 0) here.insert(i);
  }
  ranks.hosts = static_cast<int>(cores.size());
  for (const auto& [host, those] : cores) ranks.cores += static_cast<int>(those.size());
  return ranks;
}

void keep_step_time(Parts& run, double seconds) {
  constexpr std::size_t most = 1000;
  run.step_seconds.push_back(seconds);
  if (run.step_seconds.size() > most) run.step_seconds.pop_front();
}

void add_rank_rows(Parts& run) {
  const CommunicationSeconds& c = run.exchange->seconds();
  double data_wait = 0, compute = 0;
  for (const EpochRow& row : run.record.result().epochs) {
    data_wait += row.seconds.data_wait;
    compute += row.seconds.compute;
  }
  const std::vector<at::Tensor> all =
      run.exchange->gather(at::tensor({data_wait, compute, c.waited, c.under_way, static_cast<double>(c.bytes),
                                       static_cast<double>(c.steps), static_cast<double>(run.setup.threads.compute_threads)},
                                      at::kDouble));
  std::vector<RankRow> rows;
  for (const at::Tensor& t : all) {
    const auto* const v = t.const_data_ptr<double>();
    rows.push_back({.rank = static_cast<int>(rows.size()),
                    .threads = static_cast<int>(v[6]),
                    .data_wait_seconds = v[0],
                    .compute_seconds = v[1],
                    .waited_seconds = v[2],
                    .exchange_seconds = v[3]});
  }
  const StepSeconds steps = step_seconds_of_all(run);
  run.record.add_ranks(c.steps == 0 ? 0 : static_cast<double>(c.bytes) / static_cast<double>(c.steps), steps.mean, steps.slowest,
                       std::move(rows));
}

}  // namespace cnnbench
