// Rows as a table for people: in Markdown, and for a terminal.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cnnbench/core/safe_text.hpp"
#include "cnnbench/results/rank_scaling.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/table_text.hpp"
#include "columns.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// The columns that say what a cell is, in the order that people read.
const char* const identifying[] = {"model",       "data_hash",      "device",       "image_size", "batch_size",
                                   "workers",     "max_queue_size", "cache",        "augment_on", "precision",
                                   "graph",       "convolution",    "threads",      "cpu_info",   "gpu_info",
                                   "cpus_usable", "hostname_hash",  "build_commit", "libtorch"};

std::string tenth(const std::optional<double>& value, double unit, const char* after) {
  return value ? fmt::format("{:.1f}{}", *value / unit, after) : "-";
}

// How speed goes with the ranks; nothing where there is nothing to compare.
std::vector<Column> scaling_columns(const std::vector<Row>& rows) {
  const std::vector<RankScaling> all = rank_scaling(rows);
  if (all.empty()) return {};
  std::vector<Column> columns;
  const auto column = [&](const char* name, auto&& cell) {
    Column& made = columns.emplace_back(Column{.name = name, .number = true, .cells = {}});
    for (const RankScaling& s : all) made.cells.push_back(cell(s, rows[s.row]));
  };
  if (all.size() < rows.size() || std::any_of(all.begin(), all.end(), [](const RankScaling& s) { return s.base != 0; }))
    column("row", [](const RankScaling& s, const Row&) { return std::to_string(s.row + 1); });
  column("ranks", [](const RankScaling&, const Row& r) { return std::to_string(r.ranks); });
  column("images/s", [](const RankScaling&, const Row& r) { return speed_text(r.median_ips); });
  column("efficiency", [](const RankScaling& s, const Row&) { return fmt::format("{:.2f}", s.efficiency); });
  column("predicted", [](const RankScaling& s, const Row&) { return s.predicted ? fmt::format("{:.2f}", *s.predicted) : "-"; });
  column("no exchange", [](const RankScaling&, const Row& r) { return speed_text(r.apart_ips); });
  column("exchange alone", [](const RankScaling&, const Row& r) { return tenth(r.exchange_alone_us, 1e3, " ms"); });
  column("beside work", [](const RankScaling&, const Row& r) { return tenth(r.exchange_beside_us, 1e3, " ms"); });
  column("waited", [](const RankScaling&, const Row& r) { return tenth(r.exchange_wait_pct, 1, " %"); });
  column("overlap", [](const RankScaling&, const Row& r) { return tenth(r.exchange_hidden_pct, 1, " %"); });
  column("a step", [](const RankScaling&, const Row& r) { return tenth(r.exchange_bytes, 1e6, " MB"); });
  return columns;
}

// What both kinds of text show.
struct Table {
  std::vector<std::pair<std::string, std::string>> shared;  // what is equal in all rows
  std::vector<Column> columns;                              // what differs, and the figures
  std::vector<std::string> verdicts, notes;                 // a verdict a row; each note once
};

std::string interval_cell(const Row& r) {
  if (!r.median_ips) return "-";
  if (r.ci_low_ips && r.ci_high_ips) return fmt::format("{} to {}", speed_text(r.ci_low_ips), speed_text(r.ci_high_ips));
  return r.repetitions == 1 ? "one run: uncertainty unknown" : "unknown";
}

void add_identity(Table& table, const std::vector<Row>& rows) {
  std::vector<Json> all;
  for (const Row& row : rows) {
    all.push_back(to_json(row));
    if (row.data_hash) all.back()["data_hash"] = row.data_hash->substr(0, 8);  // enough for eyes
  }
  for (const char* name : identifying) {
    // A failed cell knows only what was asked of it.
    std::vector<Json> values;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].status == "ok") values.push_back(all[i][name]);
    const bool same = std::all_of(values.begin(), values.end(), [&](const Json& v) { return v == values.front(); });
    if (same) {
      if (!values.empty() && !cell_text(values.front()).empty()) table.shared.emplace_back(name, cell_text(values.front()));
      continue;
    }
    Column column{.name = name, .number = all.front()[name].is_number(), .cells = {}};
    for (std::size_t i = 0; i < rows.size(); ++i)
      column.cells.push_back(rows[i].status == "ok" || !cell_text(all[i][name]).empty() ? cell_text(all[i][name]) : "-");
    table.columns.push_back(std::move(column));
  }
  // Axes that are no column of their own.
  std::vector<std::string> axes;
  for (const Row& row : rows)
    for (const auto& [name, value] : row.axes.items()) {
      const std::string leaf = name.substr(name.rfind('.') + 1);
      const bool shown =
          all.front().contains(leaf) || std::find(axes.begin(), axes.end(), name) != axes.end() || name == "model.preset";
      if (!shown) axes.push_back(name);
    }
  for (const std::string& name : axes) {
    Column column{.name = name, .number = false, .cells = {}};
    for (const Row& row : rows) column.cells.push_back(row.axes.contains(name) ? cell_text(row.axes[name]) : "-");
    table.columns.push_back(std::move(column));
  }
}

void add_figures(Table& table, const std::vector<Row>& rows) {
  const auto column = [&](const char* name, auto&& cell) {
    Column made{.name = name, .number = true, .cells = {}};
    for (const Row& row : rows) made.cells.push_back(cell(row));
    table.columns.push_back(std::move(made));
  };
  column("images/s", [](const Row& r) { return speed_text(r.median_ips); });
  column("95 % interval", interval_cell);
  column("n", [](const Row& r) { return std::to_string(r.repetitions); });
  column("pipeline alone", [](const Row& r) { return speed_text(r.pipeline_only_ips); });
  column("network alone", [](const Row& r) { return speed_text(r.compute_only_ips); });
  column("wait %", [](const Row& r) { return r.data_wait_pct ? fmt::format("{:.0f}", *r.data_wait_pct) : std::string("-"); });
  if (std::any_of(rows.begin(), rows.end(), [](const Row& r) { return r.library_ips.has_value(); }))
    column("with libtorch's operations", [](const Row& r) { return speed_text(r.library_ips); });
}

Table table_of(const std::vector<Row>& rows) {
  Table table;
  add_identity(table, rows);
  add_figures(table, rows);
  for (const Row& r : rows) {
    table.verdicts.push_back(r.status == "ok" ? r.verdict : fmt::format("{}: {}", r.status, r.error));
    add_distinct(table.notes, remarks(r));
  }
  return table;
}

std::string joined(const std::vector<std::pair<std::string, std::string>>& shared, auto&& text) {
  std::string out;
  for (const auto& [name, value] : shared) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, text(value));
  return out;
}

// "compute-bound on cpu: the network takes ..." in short.
std::string first_word(const std::string& verdict) { return verdict.substr(0, verdict.find_first_of(" :")); }

std::string safe(const std::string& text) { return safe_text(text, text.size()); }

// " (rows 1, 3)"; nothing where it is of all.
std::string whose(const std::string& note, const std::vector<Row>& rows) {
  std::vector<std::size_t> those;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string> notes = remarks(rows[i]);
    if (std::find(notes.begin(), notes.end(), note) != notes.end()) those.push_back(i + 1);
  }
  if (those.size() == rows.size()) return "";
  return fmt::format(" ({} {})", those.size() == 1 ? "row" : "rows", fmt::join(those, ", "));
}

// A narrow terminal has no room for all columns: the least telling go first. Returns whether any was dropped.
bool drop_to_fit(std::vector<Column>& columns, int room) {
  const auto needed = [&] {
    std::size_t all = 0;
    for (const Column& column : columns) all += width_of(column) + 2;
    return all - 2;
  };
  bool dropped = false;
  for (const char* name : {"wait %", "with libtorch's operations", "network alone", "pipeline alone", "95 % interval"}) {
    if (room <= 0 || needed() <= static_cast<std::size_t>(room)) break;
    dropped |= std::erase_if(columns, [&](const Column& c) { return c.name == name; }) > 0;
  }
  return dropped;
}

}  // namespace

std::string rows_markdown(const std::vector<Row>& rows) {
  if (rows.empty()) return "";
  Table table = table_of(rows);
  table.columns.push_back({.name = "verdict", .number = false, .cells = table.verdicts});
  std::string text = table.shared.empty() ? "" : "All rows: " + joined(table.shared, markdown_text) + "\n\n";
  text += markdown_table(table.columns);
  if (const std::vector<Column> scaling = scaling_columns(rows); !scaling.empty()) text += "\n" + markdown_table(scaling);
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += fmt::format("- note: {}\n", markdown_text(note));
  return text;
}

std::string rows_table(const std::vector<Row>& rows, int room) {
  if (rows.empty()) return "";
  Table table = table_of(rows);
  Column verdict{.name = "verdict", .number = false, .cells = {}};
  for (const std::string& v : table.verdicts) verdict.cells.push_back(first_word(v));
  table.columns.push_back(std::move(verdict));
  const bool dropped = drop_to_fit(table.columns, room);
  std::string text = table.shared.empty() ? "" : joined(table.shared, safe) + "\n\n";
  text += padded_table(table.columns);
  if (const std::vector<Column> scaling = scaling_columns(rows); !scaling.empty()) text += "\n" + padded_table(scaling);
  // Each verdict in full once; what failed says why.
  std::vector<std::string> whole;
  add_distinct(whole, table.verdicts);
  if (whole.size() <= 4 || std::any_of(rows.begin(), rows.end(), [](const Row& r) { return r.status != "ok"; })) {
    text += "\n";
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].status != "ok" || whole.size() <= 4)
        text += fmt::format("{}{}\n", rows.size() > 1 ? fmt::format("row {}: ", i + 1) : "", safe(table.verdicts[i]));
  }
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += fmt::format("note{}: {}\n", whose(note, rows), safe(note));
  if (dropped) text += "\n-o md has all columns\n";
  return text;
}

}  // namespace cnnbench
