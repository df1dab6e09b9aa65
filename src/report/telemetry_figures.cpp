// Utilization, temperature and power over the time of a run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "figures.hpp"

namespace cnnbench::report {
namespace {

struct Quantity {
  const char* name;  // with its unit, for the table
  const char* label;
  std::size_t panel;
  std::optional<double> TelemetrySample::*value;
};
constexpr std::array quantities{
    Quantity{"GPU %", "GPU", 0, &TelemetrySample::gpu_util_pct},
    Quantity{"CPU %", "CPU, everything", 0, &TelemetrySample::machine_cpu_pct},
    Quantity{"CPU of the run %", "CPU, this run", 0, &TelemetrySample::process_cpu_pct},
    Quantity{"GPU °C", "GPU", 1, &TelemetrySample::gpu_temp_c},
    Quantity{"GPU W", "GPU", 2, &TelemetrySample::gpu_power_w},
};

struct Panel {
  const char* title;
  const char* unit;
  std::optional<Interval> range;
};
const std::array panels{
    Panel{"Utilization", "%", Interval{0, 100}},
    Panel{"Temperature", "°C", std::nullopt},
    Panel{"Power", "W", std::nullopt},
};

struct Thinned {
  std::vector<double> seconds;
  std::vector<std::vector<std::optional<double>>> values;  // [quantity][point]
  std::size_t per_point = 1;                               // samples
};

// Means of as many samples as it takes, so that no peak is shown that one sample happened to hit.
Thinned thinned(const std::vector<TelemetrySample>& series) {
  Thinned out{.seconds = {}, .values = std::vector<std::vector<std::optional<double>>>(quantities.size())};
  out.per_point = std::max<std::size_t>(1, (series.size() + most_points - 1) / most_points);
  for (std::size_t from = 0; from < series.size(); from += out.per_point) {
    const std::size_t to = std::min(from + out.per_point, series.size());
    double seconds = 0;
    for (std::size_t i = from; i < to; ++i) seconds += series[i].seconds / static_cast<double>(to - from);
    out.seconds.push_back(seconds);
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      double sum = 0, count = 0;
      for (std::size_t i = from; i < to; ++i)
        if (const auto value = known(series[i].*quantities.at(q).value)) {
          sum += *value;
          ++count;
        }
      out.values[q].push_back(count > 0 ? std::optional(sum / count) : std::nullopt);
    }
  }
  return out;
}

bool is_measured(const std::vector<std::optional<double>>& values) {
  return std::any_of(values.begin(), values.end(), [](const auto& v) { return v.has_value(); });
}

std::vector<Chart> charts_of(const Thinned& t, const std::string& run) {
  std::vector<Chart> out;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const Panel& panel = panels.at(p);
    LineChart chart{.title = fmt::format("{}: {}", panel.title, run),
                    .x_label = "seconds since the start",
                    .unit = panel.unit,
                    .range = panel.range};
    std::size_t colour = 0;
    for (std::size_t q = 0; q < quantities.size(); ++q) {
      if (quantities.at(q).panel != p) continue;
      Line line{.label = quantities.at(q).label, .colour = colour, .dashed = colour == 2};
      ++colour;
      if (!is_measured(t.values[q])) continue;
      for (std::size_t i = 0; i < t.seconds.size(); ++i) line.points.push_back({t.seconds[i], t.values[q][i]});
      chart.lines.push_back(std::move(line));
    }
    if (!chart.lines.empty()) out.emplace_back(std::move(chart));
  }
  return out;
}

Table table_of(const Thinned& t, const std::string& run) {
  Table table{.caption = "Telemetry over time: " + run, .columns = {{"seconds", true}}, .rows = {}};
  for (const Quantity& q : quantities) table.columns.push_back({q.name, true});
  for (std::size_t i = 0; i < t.seconds.size(); ++i) {
    table.rows.push_back({number(t.seconds[i], 2)});
    for (const auto& values : t.values) table.rows.back().push_back(number(values[i], 1));
  }
  return table;
}

}  // namespace

std::vector<Figure> telemetry_figures(const Catalogue& all, const std::vector<NamedRun>& runs) {
  std::vector<Figure> out;
  std::size_t left_out = 0;
  const std::vector<std::string> labels = run_labels(runs);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunResult& r = runs[i].result;
    if (r.telemetry_series.size() < 2) continue;
    if (out.size() == most_runs) {
      ++left_out;
      continue;
    }
    const Thinned t = thinned(r.telemetry_series);
    Notes notes;
    const std::string marks = notes.marks(r.taints);
    Table table = table_of(t, labels[i]);
    table.notes = notes.all();
    std::string text =
        t.per_point > 1 ? fmt::format("Each point is the mean of {} samples.", t.per_point) : "Every sample is shown.";
    text += fmt::format(" Run {} ({}) in {}.", labels[i], r.device_name, place_of(all, runs[i]));
    if (!r.device.starts_with("cuda")) text += " It trained on the CPU: no GPU was watched.";
    if (!marks.empty()) text += " Notes: " + marks + ".";
    std::vector<Chart> charts = charts_of(t, labels[i]);
    if (!charts.empty())
      out.push_back({ChartKind::telemetry, "Telemetry of " + labels[i], text, std::move(charts), std::move(table)});
  }
  if (left_out > 0) out.back().explanation += fmt::format(" {} more runs are left out.", left_out);
  return out;
}

}  // namespace cnnbench::report
