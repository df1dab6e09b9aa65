// Accuracy and loss per epoch.
#include <fmt/format.h>

#include <algorithm>

#include "figures.hpp"

namespace cnnbench::report {
namespace {

struct Curve {
  ChartKind kind;
  const char *title, *unit, *training, *validation;
  double factor;
  double EpochRow::*train;
  std::optional<double> EpochRow::*held_out;
};
constexpr std::array curves{
    Curve{ChartKind::accuracy, "Accuracy", "% right", "training %", "validation %", 100, &EpochRow::accuracy,
          &EpochRow::val_accuracy},
    Curve{ChartKind::loss, "Loss", "loss", "training", "validation", 1, &EpochRow::loss, &EpochRow::val_loss},
};

std::optional<double> times(std::optional<double> value, double factor) {
  return known(value) ? std::optional(*value * factor) : std::nullopt;
}

void add_lines(LineChart& chart, const Curve& curve, const NamedRun& run, const std::string& label, std::size_t colour) {
  Line training{.label = label + ", training", .colour = colour, .dashed = true};
  Line validation{.label = label + ", validation", .colour = colour};
  for (const EpochRow& e : run.result.epochs) {
    training.points.push_back({static_cast<double>(e.epoch), times(e.*curve.train, curve.factor)});
    validation.points.push_back({static_cast<double>(e.epoch), times(e.*curve.held_out, curve.factor)});
  }
  const auto any = [](const Line& line) {
    return std::any_of(line.points.begin(), line.points.end(), [](const LinePoint& p) { return p.y.has_value(); });
  };
  if (any(validation)) chart.lines.push_back(std::move(validation));
  if (any(training)) chart.lines.push_back(std::move(training));
}

Figure figure_of(const Catalogue& all, const Curve& curve, const std::vector<NamedRun>& runs) {
  Notes notes;
  LineChart chart{.title = fmt::format("{} per epoch", curve.title), .x_label = "epoch", .unit = curve.unit, .whole_x = true};
  Table table{.caption = fmt::format("{} per epoch", curve.title),
              .columns = {{"run"}, {"epoch", true}, {curve.training, true}, {curve.validation, true}, {"where"}, {"notes"}},
              .rows = {}};
  const std::vector<std::string> labels = run_labels(runs);
  const int decimals = curve.kind == ChartKind::accuracy ? 2 : 4;
  std::size_t drawn = 0, with_epochs = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunResult& r = runs[i].result;
    if (r.epochs.empty()) continue;
    ++with_epochs;
    if (drawn < most_runs) add_lines(chart, curve, runs[i], labels[i], drawn++);
    const std::string marks = notes.marks(r.taints), place = place_of(all, runs[i]);
    for (const EpochRow& e : r.epochs)
      table.rows.push_back({{labels[i]},
                            number(e.epoch, 0),
                            number(times(e.*curve.train, curve.factor), decimals),
                            number(times(e.*curve.held_out, curve.factor), decimals),
                            {place},
                            {marks}});
  }
  table.notes = notes.all();
  std::string text = "Validation is drawn as a line, training (with augmentation and dropout, where there are any) dashed.";
  if (with_epochs > drawn) text += fmt::format(" {} of {} runs are drawn; the others are in the table.", drawn, with_epochs);
  return {curve.kind, curve.title, text, {chart}, table};
}

}  // namespace

std::vector<Figure> curve_figures(const Catalogue& all, const std::vector<NamedRun>& runs) {
  std::vector<Figure> out;
  for (const Curve& curve : curves) {
    Figure figure = figure_of(all, curve, runs);
    if (!std::get<LineChart>(figure.charts.front()).lines.empty()) out.push_back(std::move(figure));
  }
  return out;
}

}  // namespace cnnbench::report
