// Accuracy by network, over seeds.
#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/table_text.hpp"
#include "figures.hpp"

namespace cnnbench::report {
namespace {

// Runs that differ in nothing but the seed, and the precision that was found to be fastest.
struct Rung {
  const NamedRun* first = nullptr;
  std::vector<double> final_pct{}, best_pct{};
  std::vector<std::string> precisions{}, taints{};
};

std::string key_of(const RunResult& r) {
  nlohmann::ordered_json config = to_json(r.experiment);
  for (const char* key : {"seed", "precision"}) config["train"].erase(key);
  config["data"].erase("path");
  return r.device_name + json_line(config);
}

std::vector<Rung> rungs_of(const std::vector<NamedRun>& runs) {
  std::vector<Rung> out;
  std::map<std::string, std::size_t> place;
  for (const NamedRun& run : runs) {
    const RunResult& r = run.result;
    if (!known(r.final_val_accuracy)) continue;
    const auto [at, is_new] = place.emplace(key_of(r), out.size());
    if (is_new) out.push_back({.first = &run});
    Rung& rung = out[at->second];
    rung.final_pct.push_back(100 * *r.final_val_accuracy);
    rung.best_pct.push_back(100 * r.best_val_accuracy.value_or(*r.final_val_accuracy));
    add_distinct(rung.precisions, {r.precision});
    add_distinct(rung.taints, r.taints);
  }
  return out;
}

}  // namespace

std::vector<Figure> ladder_figures(const Catalogue& all, const std::vector<NamedRun>& runs) {
  const std::vector<Rung> rungs = rungs_of(runs);
  if (rungs.size() < 2) return {};  // nothing to set beside each other
  Notes notes;
  BarChart chart{.title = "Validation accuracy after the last epoch", .unit = "% right", .series = {"mean of the seeds"}};
  Table table{.caption = "Validation accuracy by network",
              .columns = {{"network"},
                          {"mean %", true},
                          {"lowest %", true},
                          {"highest %", true},
                          {"best epoch's mean %", true},
                          {"n", true},
                          {"epochs", true},
                          {"training pictures", true},
                          {"precision"},
                          {"where"},
                          {"notes"}},
              .rows = {}};
  for (const Rung& rung : rungs) {
    const RunResult& r = rung.first->result;
    const auto [low, high] = std::minmax_element(rung.final_pct.begin(), rung.final_pct.end());
    const std::size_t n = rung.final_pct.size();
    const std::string marks = notes.marks(rung.taints);
    table.rows.push_back({{r.experiment.name},
                          number(mean(rung.final_pct), 2),
                          number(*low, 2),
                          number(*high, 2),
                          number(mean(rung.best_pct), 2),
                          number(static_cast<double>(n), 0),
                          number(r.experiment.train.epochs, 0),
                          number(static_cast<double>(r.train_pictures), 0),
                          {fmt::format("{}", fmt::join(rung.precisions, ", "))},
                          {place_of(all, *rung.first)},
                          {marks}});
    Bar bar{.value = mean(rung.final_pct), .remark = joined(fmt::format("(n = {})", n), marks)};
    if (n > 1) bar.interval = Interval{*low, *high};
    bar.interval_is = "seeds from";
    if (chart.groups.size() < most_groups) chart.groups.push_back({.label = r.experiment.name, .bars = {bar}});
  }
  table.notes = notes.all();
  return {{ChartKind::ladder,
           "Accuracy by network",
           "Mean over runs that differ in nothing but the seed (and the precision, where it was chosen by measurement); whiskers "
           "go from the lowest to the highest of them. The best epoch's "
           "accuracy is chosen on the pictures it is measured on, so it flatters: it is in the table only.",
           {chart},
           table}};
}

}  // namespace cnnbench::report
