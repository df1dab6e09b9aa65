#include "cnnbench/results/row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checksum.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/measure/ratio.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/changed.hpp"
#include "cnnbench/results/judge.hpp"
#include "cnnbench/results/predict_gain.hpp"
#include "cnnbench/results/rank_scaling.hpp"
#include "cnnbench/results/sample_notes.hpp"
#include "cnnbench/results/table_text.hpp"
#include "read_fields.hpp"
#include "row_fields.hpp"
#include "row_files.hpp"

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
  Json json = read_json(text);
  if (json.is_discarded())
    throw Error(ExitCode::failed, source + ": this is no JSON", "check that it is a file that bench wrote, whole and unchanged");
  return json;
}

SpeedFigures figures_of(const Row& row) {
  return {.ips = row.median_ips.value_or(0),
          .data_wait_pct = row.data_wait_pct.value_or(0),
          .counted_seconds = row.counted_seconds,
          .loader_ips = row.loader_ips.value_or(0),
          .network_ips = row.network_ips.value_or(0),
          .compute_only_ips = row.compute_only_ips,
          .read_us = row.worker_read_us,
          .decode_us = row.worker_decode_us,
          .augment_us = row.worker_augment_us,
          .loader_core_pct = row.loader_core_pct,
          .device_wait_pct = row.device_wait_pct,
          .copy_wait_pct = row.copy_wait_pct,
          .gpu_util_pct = row.gpu_util_pct,
          .exchange_wait_pct = row.exchange_wait_pct};
}

double fused_share_of(const Row& row) {
  try {
    return fused_share_of(experiment_from_json(row.config), row.augment_on);
  } catch (const Error&) {  // of a version whose config had other keys
    return 1;
  }
}

SpeedSettings settings_of(const Row& row) {
  const auto text = [&](const char* key) {
    const auto train = row.config.find("train");
    return train == row.config.end() || !train->is_object() ? std::string() : train->value(key, std::string());
  };
  return {.device = row.device,
          .cores = row.cpus_usable,
          .threads = row.threads,
          .workers = row.workers,
          .ranks = row.ranks,
          .cache = row.cache,
          .auto_cache = row.auto_cache,
          .fused_share = fused_share_of(row),
          .graph_is_off = text("graph") == "off" && text("profile") != "tutorial"};
}

// The remedy's measurement beside its prediction: --check-verdict. A prediction is as wrong as its gain is larger than the measured
// one. Where the gain is known from `low` to `high` times, so is the error.
void check_prediction(Row& row) {
  row.prediction_error_pct = row.prediction_error_low_pct = row.prediction_error_high_pct = std::nullopt;
  row.remedy_ips = median_of(row.samples_remedy_ips);
  if (!row.predicted_gain || row.samples_remedy_ips.empty() ||
      row.samples_remedy_ips.size() != row.samples_before_remedy_ips.size())
    return;
  const Ratio measured = paired_ratio(row.samples_before_remedy_ips, row.samples_remedy_ips);
  const auto error = [predicted = *row.predicted_gain](double gain) { return 100 * (predicted / gain - 1); };
  row.prediction_error_pct = error(measured.value);
  std::string interval;
  if (measured.interval) {
    row.prediction_error_low_pct = error(measured.interval->high);
    row.prediction_error_high_pct = error(measured.interval->low);
    interval = fmt::format(" (95 %: {:+.0f} to {:+.0f} %)", *row.prediction_error_low_pct, *row.prediction_error_high_pct);
  }
  row.verdict += fmt::format("; measured {:.2f}x, {} images/s against {} without, the prediction is {:.0f} % {}{}", measured.value,
                             speed_text(row.remedy_ips), speed_text(median(row.samples_before_remedy_ips)),
                             std::abs(*row.prediction_error_pct), *row.prediction_error_pct < 0 ? "too low" : "too high", interval);
}

bool is_sound(const GridPlace& g) { return 1 <= g.place && g.place <= g.cells && 1 <= g.shard && g.shard <= g.shards; }

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
  row.library_ips = median_of(row.samples_library_ips);
  row.data_wait_pct = median_of(row.samples_data_wait_pct);
  row.loader_ips = median_of(row.samples_loader_ips);
  row.network_ips = median_of(row.samples_network_ips);
  row.loader_core_pct = median_of(row.samples_loader_core_pct);
  row.counted_seconds = median_of(row.samples_counted_seconds);
  row.device_wait_pct = median_of(row.samples_device_wait_pct);
  row.copy_wait_pct = median_of(row.samples_copy_wait_pct);
  row.apart_ips = median_of(row.samples_apart_ips);
  row.apart_slowest = median_of(row.samples_apart_slowest);
  row.exchange_alone_us = median_of(row.samples_exchange_alone_us);
  row.exchange_beside_us = median_of(row.samples_exchange_beside_us);
  row.exchange_wait_pct = median_of(row.samples_exchange_wait_pct);
  row.ranks_predicted_ips = predicted_of_ranks(row);
  row.notes = sample_notes(row.samples_ips);
  row.remedy.clear();
  row.predicted_gain = row.predicted_ips = std::nullopt;
  if (!row.median_ips || !row.loader_ips || !row.network_ips || !row.data_wait_pct) return;
  const Verdict verdict = judge(figures_of(row), settings_of(row));
  row.verdict = verdict.text;
  row.remedy = verdict.remedy;
  row.predicted_gain = verdict.predicted_gain;
  if (row.predicted_gain) row.predicted_ips = *row.median_ips * *row.predicted_gain;
  check_prediction(row);
}

std::vector<std::string> remarks(const Row& row) {
  std::vector<std::string> out = row.taints;
  out.insert(out.end(), row.notes.begin(), row.notes.end());
  return out;
}

Json to_json(const Row& row) { return document(row); }

Row row_from_json(const Json& json, const std::string& source) {
  const std::string remedy = "check that it is a file that bench wrote, whole and unchanged";
  const Json version = json.is_object() ? json.value("schema_version", Json()) : Json();
  if (!version.is_number_integer() || version < 1 || version > row_schema_version)
    throw Error(ExitCode::failed, fmt::format("{}: no row of schema version 1 to {}", source, row_schema_version), remedy);
  Row row;
  Fields<Row>::of(row, [&]<class T>(const char* name, T& value, std::string_view, const Rule& rule = {}) {
    const auto found = json.find(name);
    if constexpr (schema::Kind<T>::maybe) {
      if (found != json.end()) reading::read(*found, value, {source, remedy, version, fmt::format("/{}", name)});
    } else {
      if (found == json.end() && rule.since > version) return;
      if (found == json.end()) throw Error(ExitCode::failed, fmt::format("{}: /{}: missing", source, name), remedy);
      try {
        read(*found, value);
      } catch (const Json::exception&) {
        throw Error(ExitCode::failed, fmt::format("{}: /{}: has the wrong type", source, name), remedy);
      }
    }
  });
  if (row.grid && !is_sound(*row.grid)) throw Error(ExitCode::failed, fmt::format("{}: /grid: contradicts itself", source), remedy);
  return row;
}

std::string row_line(const Row& row) { return json_line(with_checksum(to_json(row))); }

namespace {

Row row_read(const Json& json, const std::string& source) {
  Row row = row_from_json(json, source);
  if (const auto changed = changed_since_written(json, source)) row.taints.push_back(*changed);
  return row;
}

}  // namespace

std::vector<Row> read_rows(const std::filesystem::path& file, bool* torn) { return read_rows(file, nullptr, torn); }

std::vector<Row> read_rows(const std::filesystem::path& file, Damaged damaged, bool* torn) {
  const std::string text = read_file(file, largest_file), name = file.string();
  std::vector<Row> rows;
  if (torn) *torn = false;
  if (file.extension() == ".json") {
    const Json document = parsed(text, name);
    const auto list = document.is_object() ? document.find("rows") : document.end();
    if (list == document.end() || !list->is_array())
      throw Error(ExitCode::failed, name + ": has no list of rows", "give a file that bench --export wrote (.jsonl, .json)");
    const auto changed = changed_since_written(document, name);
    for (std::size_t i = 0; i < list->size(); ++i)
      read_unless_damaged(damaged, [&] {
        rows.push_back(row_read((*list)[i], fmt::format("{}: /rows/{}", name, i)));
        if (changed) rows.back().taints.push_back(*changed);
      });
    return rows;
  }
  if (file.extension() == ".csv") return rows_of_csv(text, name, damaged);
  std::size_t from = 0;
  for (int line = 1; from < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (end == text.size() && torn) {
      *torn = true;
      break;
    }
    const std::string source = fmt::format("{}:{}", name, line);
    if (end > from)
      read_unless_damaged(damaged, [&] { rows.push_back(row_read(parsed(text.substr(from, end - from), source), source)); });
    from = end + 1;
  }
  return rows;
}

}  // namespace cnnbench
