// Rows for spreadsheets, data bases and people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checksum.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/table_text.hpp"
#include "row_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// A list or an object is one cell of JSON.
std::string plain(const Json& value) { return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : dumped(value); }

// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string csv_cell(const Json& value) {
  std::string text = plain(value);
  if (value.is_string() && !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string csv(const std::vector<Row>& rows) {
  std::string out;
  const auto line = [&](const Json& row, bool names) {
    std::string text;
    for (const auto& [name, value] : row.items())
      text += fmt::format("{}{}", text.empty() ? "" : ",", names ? name : csv_cell(value));
    out += text + "\r\n";
  };
  line(to_json(Row{}), true);
  for (const Row& row : rows) line(to_json(row), false);
  return out;
}

// A text ends at a NUL for SQLite: it is left out. Nothing else has a meaning inside quotes.
std::string sql_value(const Json& value) {
  if (value.is_null()) return "NULL";
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number()) return dumped(value);
  std::string out = "'";
  for (const char c : plain(value))
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
    if constexpr (std::is_arithmetic_v<T>) json = value;
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

// The columns that say what a cell is, in the order that people read.
const char* const identity[] = {"model",       "data_hash",      "device",       "image_size", "batch_size",
                                "workers",     "max_queue_size", "cache",        "augment_on", "precision",
                                "graph",       "convolution",    "threads",      "cpu_info",   "gpu_info",
                                "cpus_usable", "hostname_hash",  "build_commit", "libtorch"};

struct RowsDocument {
  std::vector<Row> rows;
};

}  // namespace

template <>
struct Fields<RowsDocument> {
  static constexpr std::string_view name = "rows", text = "Cells of a benchmark.";
  static constexpr int version = row_schema_version;
  static constexpr bool checksum = true;
  static void of(auto& d, auto&& field) { field("rows", d.rows, "One a cell."); }
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

std::string rows_markdown(const std::vector<Row>& rows) {
  std::vector<Json> all;
  for (const Row& row : rows) {
    all.push_back(to_json(row));
    if (row.data_hash) all.back()["data_hash"] = row.data_hash->substr(0, 8);  // enough for eyes
  }
  std::vector<std::string> varying;
  std::string shared;
  for (const char* name : identity) {
    // A failed cell knows only what was asked of it.
    std::vector<Json> values;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].status == "ok") values.push_back(all[i][name]);
    const bool same = std::all_of(values.begin(), values.end(), [&](const Json& v) { return v == values.front(); });
    if (!same)
      varying.emplace_back(name);
    else if (!values.empty() && !values.front().is_null() && plain(values.front()) != "")
      shared += fmt::format("{}{} {}", shared.empty() ? "" : ", ", name, markdown_text(plain(values.front())));
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
  std::string head = "|", rule = "|", body;
  const auto column = [&](const std::string& name, bool number) {
    head += " " + markdown_text(name) + " |";
    rule += number ? "---:|" : "---|";
  };
  for (const auto& name : varying) column(name, all.front()[name].is_number());
  for (const auto& name : axes) column(name, false);
  const bool library = std::any_of(rows.begin(), rows.end(), [](const Row& r) { return r.library_ips.has_value(); });
  for (const char* name : {"images/s", "95 % interval", "n", "pipeline alone", "compute alone", "wait %"}) column(name, true);
  if (library) column("with libtorch's operations", true);
  column("verdict", false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& r = rows[i];
    body += "|";
    for (const auto& name : varying) {
      body += fmt::format(" {} |", r.status == "ok" || !plain(all[i][name]).empty() ? markdown_text(plain(all[i][name])) : "-");
    }
    for (const auto& name : axes) body += fmt::format(" {} |", r.axes.contains(name) ? markdown_text(plain(r.axes[name])) : "-");
    const std::string interval = r.ci_low_ips && r.ci_high_ips
                                     ? fmt::format("{} to {}", speed_text(r.ci_low_ips), speed_text(r.ci_high_ips))
                                 : r.repetitions == 1 ? "one run: uncertainty unknown"
                                                      : "unknown";
    const std::string verdict = r.status == "ok" ? r.verdict : fmt::format("{}: {}", r.status, r.error);
    body += fmt::format(" {} | {} | {} | {} | {} | {} |", speed_text(r.median_ips), r.median_ips ? interval : "-", r.repetitions,
                        speed_text(r.pipeline_only_ips), speed_text(r.compute_only_ips),
                        r.data_wait_pct ? fmt::format("{:.0f}", *r.data_wait_pct) : "-");
    if (library) body += fmt::format(" {} |", speed_text(r.library_ips));
    body += fmt::format(" {} |\n", markdown_text(verdict));
  }
  std::string notes;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const std::string& remark : remarks(rows[i])) {
      const std::string note = fmt::format("- note: {}\n", markdown_text(remark));
      if (notes.find(note) == std::string::npos) notes += note;
    }
  return fmt::format("{}{}\n{}\n{}{}", shared.empty() ? "" : "All rows: " + shared + "\n\n", head, rule, body,
                     notes.empty() ? "" : "\n" + notes);
}

std::string rows_text(const std::vector<Row>& rows, RowFormat format) {
  switch (format) {
    case RowFormat::csv:
      return csv(rows);
    case RowFormat::sql:
      return sql(rows);
    case RowFormat::json: {
      Json all = document(RowsDocument{rows});
      for (Json& row : all["rows"]) row = with_checksum(std::move(row));
      return with_checksum(std::move(all)).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    case RowFormat::jsonl: {
      std::string out;
      for (const Row& row : rows) out += row_line(row) + "\n";
      return out;
    }
    default:
      return rows.empty() ? "" : rows_markdown(rows);
  }
}

}  // namespace cnnbench
