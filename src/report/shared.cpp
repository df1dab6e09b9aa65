#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/error.hpp"
#include "figures.hpp"

namespace cnnbench::report {

TableCell number(std::optional<double> value) { return {figure(value), known(value)}; }
TableCell number(std::optional<double> value, int decimals) { return {fixed(value, decimals), known(value)}; }

std::string Notes::marks(const std::vector<std::string>& taints) {
  std::string out;
  for (const std::string& taint : taints) {
    const auto at = std::find(all_.begin(), all_.end(), taint);
    out += fmt::format("[{}]", at - all_.begin() + 1);
    if (at == all_.end()) all_.push_back(taint);
  }
  return out;
}

std::string joined(const std::string& a, const std::string& b) { return a + (a.empty() || b.empty() ? "" : " ") + b; }

Bar bar_of(const Row& row, Notes& notes) {
  Bar bar{.value = known(row.median_ips)};
  if (known(row.ci_low_ips) && known(row.ci_high_ips)) bar.interval = Interval{*row.ci_low_ips, *row.ci_high_ips};
  bar.remark = joined(fmt::format("(n = {})", row.repetitions), notes.marks(remarks(row)));
  return bar;
}

std::string interval_cell(const Row& row) {
  if (known(row.ci_low_ips) && known(row.ci_high_ips)) return interval_text(Interval{*row.ci_low_ips, *row.ci_high_ips});
  return row.repetitions == 1 ? "none: n = 1" : missing;
}

std::string place_of(const Catalogue& catalogue, const NamedRun& run) {
  const auto& machine = run.result.machine;
  for (std::size_t i = 0; i < catalogue.places.size(); ++i) {
    const Row& row = *catalogue.places[i];
    const auto host = machine.is_object() ? machine.find("hostname_hash") : machine.end();
    const bool same_host =
        row.hostname_hash ? host != machine.end() && *host == *row.hostname_hash : host == machine.end() || host->is_null();
    const bool same_gpu = !run.result.device.starts_with("cuda") || row.gpu_info == run.result.device_name;
    if (same_host && same_gpu && row.build_commit == run.result.build_commit && row.libtorch == run.result.libtorch)
      return place_name(i);
  }
  return missing;
}

bool leads(const Catalogue& all, const Placed& p, const std::function<std::optional<double>(const Row&)>& rank) {
  const Placed* best = nullptr;
  for (const Placed* other : all.of(p.work, p.series)) {
    const auto value = known(rank(*other->row));
    if (value && (!best || *value > *rank(*best->row))) best = other;
  }
  return best == &p;
}

void limit_rows(Table& table, std::size_t most) {
  if (table.rows.size() <= most) return;
  table.left_out += table.rows.size() - most;
  table.rows.resize(most);
}

std::vector<std::string> run_labels(const std::vector<NamedRun>& runs) {
  std::map<std::string, int> seen;
  std::vector<std::string> labels;
  for (const NamedRun& run : runs) {
    const int count = ++seen[run.name];
    labels.push_back(count == 1 ? run.name : fmt::format("{} ({})", run.name, count));
  }
  return labels;
}

Report make_report(const Results& results) {
  if (results.rows.empty())
    throw Error(ExitCode::failed, "the results hold no rows: there is nothing to report",
                "give run folders, or a file of bench with at least one finished cell");
  const Catalogue catalogue = catalogue_of(results.rows);
  Report report{.headlines = headlines(catalogue),
                .figures = speed_figures(catalogue),
                .cells = cell_table(catalogue, results.rows),
                .places = place_table(catalogue, results.runs)};
  const auto add = [&](std::vector<Figure> figures) {
    for (Figure& f : figures) {
      limit_rows(f.table);
      report.figures.push_back(std::move(f));
    }
  };
  add(ratio_figures(catalogue));
  add(heat_figures(catalogue));
  add(stage_figures(catalogue, results.runs));
  add(telemetry_figures(catalogue, results.runs));
  add(ladder_figures(catalogue, results.runs));
  add(curve_figures(catalogue, results.runs));
  add(energy_figures(catalogue));
  return report;
}

}  // namespace cnnbench::report
