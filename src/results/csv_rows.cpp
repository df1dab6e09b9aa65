#include "row_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/read_json.hpp"
#include "row_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using Record = std::vector<std::string>;

[[noreturn]] void fail(const std::string& where, const std::string& problem) {
  throw Error(ExitCode::failed, fmt::format("{}: {}", where, problem),
              "check that it is a file that bench wrote, whole and unchanged");
}

// RFC 4180; a lone \n ends a record too, for a spreadsheet may have saved the file.
std::vector<Record> records(std::string_view text, char separator, const std::string& source) {
  std::vector<Record> out;
  Record record;
  std::string cell;
  bool quoted = false, any = false;
  const auto end_cell = [&] {
    record.push_back(std::move(cell));
    cell.clear();
    any = true;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cell += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == separator) {
      end_cell();
    } else if (!quoted && c == '\n') {
      if (cell.ends_with('\r')) cell.pop_back();
      if (!cell.empty() || any) {
        end_cell();
        out.push_back(std::move(record));
      }
      record.clear();
      any = false;
    } else {
      cell += c;
    }
  }
  if (quoted) fail(source, "a quoted cell has no end");
  if (!cell.empty() || any) {
    end_cell();
    out.push_back(std::move(record));
  }
  return out;
}

// The writer put an apostrophe before what a spreadsheet would take for a formula.
std::string without_guard(const std::string& cell) {
  const bool guarded = cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@\t\r").find(cell[1]) != std::string_view::npos;
  return guarded ? cell.substr(1) : cell;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

// A cell of CSV has no type: the field's says how to read it.
// A spreadsheet that separates cells by semicolons writes 1,5 for 1.5, and TRUE for true.
std::string as_written(std::string cell, char separator) {
  if (separator != ',') {
    if (std::count(cell.begin(), cell.end(), ',') == 1 && !cell.starts_with('[') && !cell.starts_with('{'))
      std::replace(cell.begin(), cell.end(), ',', '.');
  }
  if (cell == "TRUE" || cell == "FALSE" || cell == "WAHR" || cell == "FALSCH")
    return cell == "TRUE" || cell == "WAHR" ? "true" : "false";
  return cell;
}

template <class T>
Json typed(const std::string& cell, char separator) {
  if constexpr (IsOptional<T>::value) {
    return cell.empty() ? Json(nullptr) : typed<typename T::value_type>(cell, separator);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return without_guard(cell);
  } else {
    return read_json(as_written(cell, separator));
  }
}

Row row_of(const Record& cells, const Record& names, char separator, const std::string& where) {
  if (cells.size() != names.size()) fail(where, fmt::format("has {} cells, not {}", cells.size(), names.size()));
  Json json = Json::object();
  json[names[0]] = typed<int>(cells[0], separator);
  const Row types;
  Fields<Row>::of(types, [&]<class T>(const char* name, const T&, auto&&...) {
    for (std::size_t column = 1; column < names.size(); ++column)
      if (names[column] == name && !(schema::Kind<T>::maybe && cells[column].empty()))
        json[name] = typed<T>(cells[column], separator);
    if (const auto at = json.find(name); at != json.end() && at->is_discarded())
      fail(where, fmt::format("/{}: cannot be read", name));
  });
  return row_from_json(json, where);
}

}  // namespace

std::vector<Row> rows_of_csv(const std::string& whole, const std::string& source, Damaged damaged) {
  std::string_view text = whole;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // as Excel marks UTF-8
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) fail(source, "this is UTF-16: save it as 'CSV UTF-8'");
  const std::size_t after_name = text.starts_with('"') ? 16 : 14;  // of schema_version, the first column
  const char separator = text.size() > after_name && (text[after_name] == ';' || text[after_name] == '\t') ? text[after_name] : ',';
  const std::vector<Record> table = records(text, separator, source);
  if (table.empty() || table.front().empty() || table.front().front() != "schema_version")
    fail(source, "its first line names no columns of rows");
  std::vector<Row> rows;
  for (std::size_t i = 1; i < table.size(); ++i)
    read_unless_damaged(damaged,
                        [&] { rows.push_back(row_of(table[i], table.front(), separator, fmt::format("{}: row {}", source, i))); });
  return rows;
}

}  // namespace cnnbench
