#include "cnnbench/results/rank_scaling.hpp"

#include <algorithm>

namespace cnnbench {
namespace {

bool has_speed(const Row& row) { return row.status == "ok" && row.median_ips && *row.median_ips > 0; }

// But for the ranks. A step has as many pictures (strong scaling), or each rank's part of it has (weak).
bool same_work(const Row& a, const Row& b) {
  const auto rest = [](Row row) {
    for (const char* key : {"ranks", "loader.batch_size"}) row.axes.erase(key);
    if (row.config.contains("loader")) row.config["loader"].erase("batch_size");
    return std::pair{row.axes, row.config};
  };
  if (a.batch_size != b.batch_size && a.batch_size * b.ranks != b.batch_size * a.ranks) return false;
  return rest(a) == rest(b) && a.device == b.device && a.hostname_hash == b.hostname_hash && a.build_commit == b.build_commit;
}

}  // namespace

std::optional<double> predicted_of_ranks(const Row& row) {
  const std::optional<double> exchange = row.exchange_beside_us ? row.exchange_beside_us : row.exchange_alone_us;
  if (!row.apart_ips || !exchange || *row.apart_ips <= 0 || row.batch_size <= 0 || row.device != "cpu") return std::nullopt;
  return 1 / (row.apart_slowest.value_or(1) / *row.apart_ips + 1e-6 * *exchange / row.batch_size);
}

double devices_of(const Row& row) {
  if (row.device.starts_with("cuda")) return row.ranks;
  const int cores = row.ranks > 1 ? row.cores : row.cpus_usable, threads = std::max(row.threads, 1) * row.ranks;
  return cores > 0 ? std::min(threads, cores) : threads;
}

std::vector<RankScaling> rank_scaling(const std::vector<Row>& rows) {
  std::vector<RankScaling> out;
  bool differ = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!has_speed(rows[i])) continue;
    std::size_t base = i;
    // Of two with as few ranks the one with as large a step.
    const auto rank_of = [&](std::size_t j) { return std::pair{rows[j].ranks, rows[j].batch_size != rows[i].batch_size}; };
    for (std::size_t j = 0; j < rows.size(); ++j)
      if (has_speed(rows[j]) && rank_of(j) < rank_of(base) && same_work(rows[i], rows[j])) base = j;
    const double each = *rows[base].median_ips / devices_of(rows[base]) * devices_of(rows[i]);
    RankScaling scaling{.row = i, .base = base, .efficiency = *rows[i].median_ips / each};
    if (rows[i].ranks_predicted_ips) scaling.predicted = *rows[i].ranks_predicted_ips / each;
    differ |= base != i;
    out.push_back(scaling);
  }
  return differ ? out : std::vector<RankScaling>{};
}

}  // namespace cnnbench
