#include "csv_rows.hpp"

#include <fmt/format.h>

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
std::vector<Record> records(const std::string& text, const std::string& source) {
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
    } else if (!quoted && c == ',') {
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
template <class T>
Json typed(const std::string& cell) {
  if constexpr (IsOptional<T>::value) {
    return cell.empty() ? Json(nullptr) : typed<typename T::value_type>(cell);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return without_guard(cell);
  } else {
    return read_json(cell);
  }
}

}  // namespace

std::vector<Row> rows_of_csv(const std::string& text, const std::string& source) {
  const std::vector<Record> table = records(text, source);
  if (table.empty() || table.front().empty() || table.front().front() != "schema_version")
    fail(source, "its first line names no columns of rows");
  const Record& names = table.front();
  std::vector<Row> rows;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const std::string where = fmt::format("{}: row {}", source, i);
    if (table[i].size() != names.size()) fail(where, fmt::format("has {} cells, not {}", table[i].size(), names.size()));
    Json json = Json::object();
    json[names[0]] = typed<int>(table[i][0]);
    const Row types;
    Fields<Row>::of(types, [&]<class T>(const char* name, const T&, auto&&...) {
      for (std::size_t column = 1; column < names.size(); ++column)
        if (names[column] == name) json[name] = typed<T>(table[i][column]);
      if (const auto at = json.find(name); at != json.end() && at->is_discarded())
        fail(where, fmt::format("/{}: cannot be read", name));
    });
    rows.push_back(row_from_json(json, where));
  }
  return rows;
}

}  // namespace cnnbench
