#include "cnnbench/results/row.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checksum.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/changed.hpp"
#include "cnnbench/results/predict_gain.hpp"
#include "csv_rows.hpp"
#include "row_fields.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_file = 1ULL << 30;

void read(const Json& json, Json& out) { out = json; }
template <class T>
void read(const Json& json, T& out) {
  out = json.get<T>();
}
template <class T>
void read(const Json& json, std::optional<T>& out) {
  out = json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

Json parsed(const std::string& text, const std::string& source) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error&) {
    throw Error(ExitCode::failed, source + ": this is no JSON", "check that it is a file that bench wrote, whole and unchanged");
  }
}

// A prediction is as wrong as its gain is larger than the measured one. Where the gain is known from `low` to `high` times, so is the error.
void add_prediction_error(Row& row) {
  row.prediction_error_pct.reset();
  row.prediction_error_low_pct.reset();
  row.prediction_error_high_pct.reset();
  if (!row.predicted_ips || row.samples_remedy_ips.empty() || row.samples_remedy_ips.size() != row.samples_before_remedy_ips.size()) return;
  const Ratio measured = paired_ratio(row.samples_before_remedy_ips, row.samples_remedy_ips);
  const auto error = [predicted = *row.predicted_ips / *row.median_ips](double gain) { return 100 * (predicted / gain - 1); };
  row.prediction_error_pct = error(measured.value);
  if (!measured.interval) return;
  row.prediction_error_low_pct = error(measured.interval->high);
  row.prediction_error_high_pct = error(measured.interval->low);
}

}  // namespace

void summarize(Row& row) {
  row.repetitions = static_cast<int>(row.samples_ips.size());
  row.median_ips = median_of(row.samples_ips);
  row.mean_ips = row.samples_ips.empty() ? std::nullopt : std::optional(mean(row.samples_ips));
  const auto interval = median_interval(row.samples_ips, row.stopped_by == "interval" ? early_confidence : 0.95);
  row.ci_low_ips = interval ? std::optional(std::max(0.0, interval->low)) : std::nullopt;
  row.ci_high_ips = interval ? std::optional(interval->high) : std::nullopt;
  row.pipeline_only_ips = median_of(row.samples_pipeline_only_ips);
  row.compute_only_ips = median_of(row.samples_compute_only_ips);
  row.data_wait_pct = median_of(row.samples_data_wait_pct);
  const auto remedy = best_remedy(row);
  row.remedy = remedy ? remedy->set : "";
  row.predicted_ips = remedy ? std::optional(remedy->predicted_ips) : std::nullopt;
  row.remedy_ips = median_of(row.samples_remedy_ips);
  add_prediction_error(row);
}

Json to_json(const Row& row) { return document(row); }

Row row_from_json(const Json& json, const std::string& source) {
  const std::string remedy = "check that it is a file that bench wrote, whole and unchanged";
  const Json version = json.is_object() ? json.value("schema_version", Json()) : Json();
  if (!version.is_number_integer() || version < 1 || version > row_schema_version)
    throw Error(ExitCode::failed, fmt::format("{}: no row of schema version 1 to {}", source, row_schema_version), remedy);
  Row row;
  Fields<Row>::of(row, [&](const char* name, auto& value, std::string_view, const Rule& rule = {}) {
    const auto found = json.find(name);
    if (found == json.end() && rule.since > version) return;
    if (found == json.end()) throw Error(ExitCode::failed, fmt::format("{}: /{}: missing", source, name), remedy);
    try {
      read(*found, value);
    } catch (const Json::exception&) {
      throw Error(ExitCode::failed, fmt::format("{}: /{}: has the wrong type", source, name), remedy);
    }
  });
  return row;
}

std::string row_line(const Row& row) { return with_checksum(to_json(row)).dump(-1, ' ', false, Json::error_handler_t::replace); }

namespace {

Row row_read(const Json& json, const std::string& source) {
  Row row = row_from_json(json, source);
  if (const auto changed = changed_since_written(json, source)) row.taints.push_back(*changed);
  return row;
}

}  // namespace

std::vector<Row> read_rows(const std::filesystem::path& file, bool* torn) {
  const std::string text = read_file(file, largest_file), name = file.string();
  std::vector<Row> rows;
  if (torn) *torn = false;
  if (file.extension() == ".json") {
    const Json document = parsed(text, name);
    const auto list = document.is_object() ? document.find("rows") : document.end();
    if (list == document.end() || !list->is_array())
      throw Error(ExitCode::failed, name + ": has no list of rows", "give a file that bench --export wrote (.jsonl, .json)");
    const auto changed = changed_since_written(document, name);
    for (std::size_t i = 0; i < list->size(); ++i) {
      rows.push_back(row_read((*list)[i], fmt::format("{}: /rows/{}", name, i)));
      if (changed) rows.back().taints.push_back(*changed);
    }
    return rows;
  }
  if (file.extension() == ".csv") return rows_of_csv(text, name);
  std::size_t from = 0;
  for (int line = 1; from < text.size(); ++line) {
    const std::size_t end = text.find('\n', from);
    if (end == std::string::npos) {
      if (torn) *torn = true;
      break;
    }
    const std::string source = fmt::format("{}:{}", name, line);
    if (end > from) rows.push_back(row_read(parsed(text.substr(from, end - from), source), source));
    from = end + 1;
  }
  return rows;
}

}  // namespace cnnbench
