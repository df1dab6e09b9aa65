// Results as a report: words at the top, figures (charts with a table and notes each), every cell, the machines. Pure data made
// from results; page.hpp and text.hpp write it. Texts in it may hold any bytes: the writers make them safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cnnbench/core/fields.hpp"
#include "cnnbench/report/chart.hpp"
#include "cnnbench/report/story.hpp"
#include "cnnbench/results/load.hpp"

namespace cnnbench {

enum class ChartKind { speed, ratio, heat, stages, telemetry, ladder, accuracy, loss, energy };

template <>
struct EnumNames<ChartKind> {
  static constexpr std::array values{
      std::pair{ChartKind::speed, std::string_view{"speed"}},         std::pair{ChartKind::ratio, std::string_view{"ratio"}},
      std::pair{ChartKind::heat, std::string_view{"heat"}},           std::pair{ChartKind::stages, std::string_view{"stages"}},
      std::pair{ChartKind::telemetry, std::string_view{"telemetry"}}, std::pair{ChartKind::ladder, std::string_view{"ladder"}},
      std::pair{ChartKind::accuracy, std::string_view{"accuracy"}},
      std::pair{ChartKind::loss, std::string_view{"loss"}},           std::pair{ChartKind::energy, std::string_view{"energy"}},
  };
};

namespace report {

// `value` is the figure as it was in the source; `text` is what people read.
struct TableCell {
  std::string text;
  std::optional<double> value{};
};
TableCell number(std::optional<double> value);  // figure()
TableCell number(std::optional<double> value, int decimals);

struct TableColumn {
  std::string name;
  bool numeric = false;
};

struct Table {
  std::string caption;
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;  // the first cell of a row names it
  std::vector<std::string> notes{};          // by number: "[1]" in a cell is the first
  std::size_t left_out = 0;                  // rows that are not shown
};

struct Figure {
  ChartKind kind = ChartKind::speed;
  std::string title;
  std::string explanation;  // a sentence or two: what is shown, what is not
  std::vector<Chart> charts;
  Table table;
};

struct Headline {
  std::string work;                // which network, on which pictures
  std::vector<std::string> lines;  // sentences
};

struct Report {
  std::vector<Headline> headlines;
  std::vector<Figure> figures;
  Table cells, places;  // every row; every machine and build
  std::vector<std::string> left_out{};
  std::optional<StoryReport> story{};  // stands first
};

// At least one row: else Error(failed).
Report make_report(const Results&);

}  // namespace report
}  // namespace cnnbench
