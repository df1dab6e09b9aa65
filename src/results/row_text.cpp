// Rows for spreadsheets, data bases and people.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "checksum.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/rank_scaling.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/table_text.hpp"
#include "row_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string csv_cell(const Json& value) {
  std::string text = cell_text(value);
  if (value.is_string() && !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string csv(const std::vector<Row>& rows) {
  std::vector<std::string> names{"schema_version"};
  const Row none;
  Fields<Row>::of(none, [&](const char* name, auto&&...) { names.emplace_back(name); });
  std::string out = fmt::format("{}\r\n", fmt::join(names, ","));
  for (const Row& row : rows) {
    const Json json = to_json(row);
    std::vector<std::string> cells;
    for (const std::string& name : names) cells.push_back(json.contains(name) ? csv_cell(json[name]) : "");
    out += fmt::format("{}\r\n", fmt::join(cells, ","));
  }
  return out;
}

// A text ends at a NUL for SQLite: it is left out. Nothing else has a meaning inside quotes.
std::string sql_value(const Json& value) {
  if (value.is_null()) return "NULL";
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number()) return json_line(value);
  std::string out = "'";
  for (const char c : cell_text(value))
    if (c != '\0') out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

const char* sql_type(const Json& value, bool number) {
  return value.is_number_integer() || value.is_boolean() ? "INTEGER" : number ? "REAL" : "TEXT";
}

std::string sql(const std::vector<Row>& rows) {
  std::string columns = "schema_version INTEGER";
  const auto column = [&]<class T>(const char* name, const T& value, auto&&...) {
    constexpr bool number = std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>;
    Json json = nullptr;
    if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, ImageSize>) json = value;  // a size is a text where it is no square
    columns += fmt::format(",\n  {} {}", name, sql_type(json, number));
  };
  const Row none;
  Fields<Row>::of(none, column);
  std::string out = fmt::format("CREATE TABLE IF NOT EXISTS cnnbench (\n  {}\n);\n", columns);
  for (const Row& row : rows) {
    std::string names, values;
    const Json json = to_json(row);  // items() does not keep it
    for (const auto& [name, value] : json.items()) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
      values += fmt::format("{}{}", values.empty() ? "" : ", ", sql_value(value));
    }
    out += fmt::format("INSERT INTO cnnbench ({}) VALUES ({});\n", names, values);
  }
  return out;
}

struct ScalingEntry {
  std::string cell, base_cell;
  int ranks = 1;
  double efficiency = 1;
  std::optional<double> predicted_efficiency{};
};

struct RowsDocument {
  std::vector<Row> rows;
  Maybe<std::vector<ScalingEntry>> scaling{};
};

RowsDocument document_of(const std::vector<Row>& rows) {
  RowsDocument out{.rows = rows};
  for (const RankScaling& s : rank_scaling(rows)) {
    if (!out.scaling) out.scaling.emplace();
    out.scaling->push_back({rows[s.row].cell, rows[s.base].cell, rows[s.row].ranks, s.efficiency, s.predicted});
  }
  return out;
}

}  // namespace

template <>
struct Fields<ScalingEntry> {
  static constexpr std::string_view name = "scaling", text = "A row of ranks beside the same work in fewest of them.";
  static void of(auto& s, auto&& field) {
    field("cell", s.cell, "Of the row.");
    field("base_cell", s.base_cell, "Of the one with fewest ranks.");
    field("ranks", s.ranks, "Processes that trained together.", at_least_1);
    field("efficiency", s.efficiency, "Images per second a core or GPU that its threads use, of the base's.", not_negative);
    field("predicted_efficiency", s.predicted_efficiency, "Likewise of ranks_predicted_ips.", not_negative);
  }
};

template <>
struct Fields<RowsDocument> {
  static constexpr std::string_view name = "rows", text = "Cells of a benchmark.";
  static constexpr int version = row_schema_version;
  static constexpr bool checksum = true;
  static void of(auto& d, auto&& field) {
    field("rows", d.rows, "One a cell.");
    field("scaling", d.scaling, "How speed goes with the number of ranks. Left out: no two rows differ in it.");
  }
};

Json row_schema() { return document_schema<Row>("A row of cnnbench bench (.jsonl)"); }
Json rows_schema() { return document_schema<RowsDocument>("cnnbench bench -o json, --export FILE.json"); }

std::optional<RowFormat> row_format(const std::string& name) {
  if (name == "md") return RowFormat::md;
  if (name == "csv") return RowFormat::csv;
  if (name == "json") return RowFormat::json;
  if (name == "jsonl") return RowFormat::jsonl;
  if (name == "sql") return RowFormat::sql;
  return std::nullopt;
}

std::string rows_text(const std::vector<Row>& rows, RowFormat format) {
  switch (format) {
    case RowFormat::csv:
      return csv(rows);
    case RowFormat::sql:
      return sql(rows);
    case RowFormat::json: {
      Json all = document(document_of(rows));
      for (Json& row : all["rows"]) row = with_checksum(std::move(row));
      return json_text(with_checksum(std::move(all))) + "\n";
    }
    case RowFormat::jsonl: {
      std::string out;
      for (const Row& row : rows) out += row_line(row) + "\n";
      return out;
    }
    default:
      return rows_markdown(rows);
  }
}

}  // namespace cnnbench
