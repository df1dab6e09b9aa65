// Where the time goes: phases of runs; the pipeline alone, the network alone and both; a worker's time per picture.
#include <fmt/format.h>

#include <algorithm>

#include "figures.hpp"

namespace cnnbench::report {
namespace {

struct Phase {
  const char* name;
  double Phases::*seconds;
};
constexpr std::array phases{
    Phase{"compute", &Phases::compute},     Phase{"data wait", &Phases::data_wait},    Phase{"setup", &Phases::setup},
    Phase{"evaluation", &Phases::evaluate}, Phase{"checkpoints", &Phases::checkpoint}, Phase{"output", &Phases::output},
};

std::vector<double> seconds_of(const Phases& p) {
  std::vector<double> out;
  for (const Phase& phase : phases) out.push_back(p.*phase.seconds);
  out.push_back(p.rest());
  return out;
}

std::string label_of(const Catalogue& all, const Placed& p) {
  return fmt::format("{} on {}: {}", all.works[p.work], all.series[p.series].label, settings_of(*p.row));
}

std::string more(std::size_t count) { return count == 0 ? "" : fmt::format(" {} more are in the table only.", count); }

std::optional<Figure> phase_figure(const Catalogue& all, const std::vector<NamedRun>& runs) {
  if (runs.empty()) return std::nullopt;
  Notes notes;
  StackChart chart{.title = "Where each run's time went", .unit = "% of the wall time"};
  Table table{.caption = "Seconds of each run by what they were spent on", .columns = {{"run"}, {"wall", true}}, .rows = {}};
  for (const Phase& phase : phases) chart.parts.emplace_back(phase.name);
  chart.parts.emplace_back("rest");
  for (const std::string& part : chart.parts) table.columns.push_back({part, true});
  for (const char* name : {"where", "notes"}) table.columns.push_back({name});
  const std::vector<std::string> labels = run_labels(runs);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunResult& r = runs[i].result;
    Stack stack{.label = labels[i]};
    table.rows.push_back({{labels[i]}, number(r.seconds.wall, 2)});
    for (const double seconds : seconds_of(r.seconds)) {
      stack.parts.push_back(r.seconds.wall > 0 ? known(100 * seconds / r.seconds.wall) : std::nullopt);
      table.rows.back().push_back(number(seconds, 2));
    }
    table.rows.back().push_back({place_of(all, runs[i])});
    table.rows.back().push_back({notes.marks(r.taints)});
    if (chart.stacks.size() < most_groups) chart.stacks.push_back(std::move(stack));
  }
  table.notes = notes.all();
  const std::size_t left_out = runs.size() - chart.stacks.size();
  return Figure{
      ChartKind::stages,
      "Where the time goes",
      "Wall time of whole runs. Images per second count compute and data wait only: setup, evaluation and checkpoints are "
      "outside." +
          more(left_out),
      {chart},
      table};
}

std::optional<Figure> alone_figure(const Catalogue& all) {
  Notes notes;
  BarChart chart{.title = "Pipeline alone, network alone, both together",
                 .unit = "images/s",
                 .series = {"pipeline alone", "network alone", "both together"}};
  Table table{.caption = "images/s of the pipeline alone, the network alone, and both together",
              .columns = {{"cell"},
                          {"pipeline alone", true},
                          {"network alone", true},
                          {"both together", true},
                          {"data wait %", true},
                          {"verdict"},
                          {"where"},
                          {"notes"}},
              .rows = {}};
  for (const Placed& p : all.rows) {
    const Row& r = *p.row;
    if (!known(r.pipeline_only_ips) && !known(r.compute_only_ips)) continue;
    const std::string marks = notes.marks(remarks(r));
    table.rows.push_back({{label_of(all, p)},
                          number(r.pipeline_only_ips),
                          number(r.compute_only_ips),
                          number(r.median_ips),
                          number(r.data_wait_pct, 1),
                          {r.verdict.empty() ? missing : r.verdict},
                          {place_name(p.place)},
                          {marks}});
    if (leads(all, p,
              [](const Row& row) {
                return known(row.pipeline_only_ips) || known(row.compute_only_ips) ? row.median_ips : std::nullopt;
              }) &&
        chart.groups.size() < most_groups / 2)
      chart.groups.push_back({.label = label_of(all, p),
                              .bars = {{.value = known(r.pipeline_only_ips)},
                                       {.value = known(r.compute_only_ips)},
                                       {.value = known(r.median_ips), .remark = marks}}});
  }
  if (table.rows.empty()) return std::nullopt;
  table.notes = notes.all();
  return Figure{
      ChartKind::stages,
      "What holds it back",
      "What the loader delivers when nobody trains, what the network takes when pictures cost nothing, and what both reach "
      "together. The lower of the first two is the limit; on a CPU both share the cores. Of a grid the fastest cell is drawn." +
          more(table.rows.size() - chart.groups.size()),
      {chart},
      table};
}

std::optional<Figure> picture_figure(const Catalogue& all) {
  Notes notes;
  StackChart chart{.title = "A worker's time per picture", .unit = "microseconds", .parts = {"read", "decode", "augment"}};
  Table table{.caption = "One worker's microseconds per picture (median)",
              .columns = {{"cell"}, {"read", true}, {"decode", true}, {"augment", true}, {"where"}, {"notes"}},
              .rows = {}};
  for (const Placed& p : all.rows) {
    const Row& r = *p.row;
    if (!known(r.decode_us)) continue;
    table.rows.push_back({{label_of(all, p)},
                          number(r.read_us),
                          number(r.decode_us),
                          number(r.augment_us),
                          {place_name(p.place)},
                          {notes.marks(r.taints)}});
    if (leads(all, p, [](const Row& row) { return known(row.decode_us) ? row.median_ips : std::nullopt; }) &&
        chart.stacks.size() < most_groups / 2)
      chart.stacks.push_back({.label = label_of(all, p), .parts = {known(r.read_us), known(r.decode_us), known(r.augment_us)}});
  }
  if (table.rows.empty()) return std::nullopt;
  table.notes = notes.all();
  return Figure{ChartKind::stages,
                "What the pipeline does",
                "Of the pipeline alone. Where a cache keeps decoded pictures, reading and decoding happen once. Of a grid the "
                "fastest cell is drawn." +
                    more(table.rows.size() - chart.stacks.size()),
                {chart},
                table};
}

}  // namespace

std::vector<Figure> stage_figures(const Catalogue& all, const std::vector<NamedRun>& runs) {
  std::vector<Figure> out;
  for (auto& figure : {phase_figure(all, runs), alone_figure(all), picture_figure(all)})
    if (figure) out.push_back(*figure);
  return out;
}

}  // namespace cnnbench::report
