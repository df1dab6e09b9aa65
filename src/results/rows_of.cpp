// Results of `train` as rows, each run one repetition; and whatever files and folders hold results, together.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/changed.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_result = 256ULL << 20;

template <class T>
std::optional<T> known(const Json& machine, const char* key) {
  const auto found = machine.find(key);
  return found == machine.end() || found->is_null() ? std::nullopt : std::optional(found->get<T>());
}

Row row_of(const RunResult& r) {
  const Experiment& e = r.experiment;
  Row row;
  row.build_commit = r.build_commit;
  row.libtorch = r.libtorch;
  row.hostname_hash = known<std::string>(r.machine, "hostname_hash");
  row.cpu_info = known<std::string>(r.machine, "cpu_info");
  row.cpus_usable = known<int>(r.machine, "cpus_usable").value_or(0);
  if (r.device.starts_with("cuda")) row.gpu_info = r.device_name;
  row.device = r.device;
  row.model = e.model.preset.empty() ? e.name : e.model.preset;
  if (r.schema_version > 1 && !r.data_hash.empty()) row.data_hash = r.data_hash;  // of version 1 it was another hash
  if (!r.data_source.empty()) row.data_source = r.data_source;
  row.classes = static_cast<int>(r.class_names.size());
  row.n_params = r.n_params;
  row.flops_per_image = r.flops_per_image;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.workers = r.workers;
  row.max_queue_size = e.loader.max_queue_size;
  row.cache = r.cache;
  row.auto_cache = r.auto_cache;
  row.augment_on = r.augment_on;
  row.precision = r.precision;
  row.graph = r.graph;
  row.convolution = r.convolution;
  row.threads = r.threads;
  row.test_time = r.test_time;
  row.status = "ok";
  row.stopped_by = "repetitions";
  row.config = to_json(e);
  return row;
}

void add_run(Row& row, const RunResult& r) {
  row.samples_ips.push_back(r.images_per_second);
  const Verdict& v = r.verdict;
  row.samples_data_wait_pct.push_back(v.data_wait_pct);
  if (v.loader_ips > 0) row.samples_loader_ips.push_back(v.loader_ips);
  if (v.network_ips > 0) row.samples_network_ips.push_back(v.network_ips);
  for (const auto& [figure, samples] : {std::pair{v.counted_seconds, &row.samples_counted_seconds},
                                        {v.loader_core_pct, &row.samples_loader_core_pct},
                                        {v.device_wait_pct, &row.samples_device_wait_pct},
                                        {v.copy_wait_pct, &row.samples_copy_wait_pct}})
    if (figure) samples->push_back(*figure);
  add_distinct(row.taints, r.taints);
}

// Median over the runs of what at least one of them knows.
std::optional<double> middle(const std::vector<const RunResult*>& runs, auto&& figure) {
  std::vector<double> values;
  for (const RunResult* r : runs)
    if (const std::optional<double> value = figure(*r)) values.push_back(*value);
  return median_of(values);
}

void add_telemetry(Row& row, const std::vector<const RunResult*>& runs) {
  row.energy_j = middle(runs, [](const RunResult& r) { return r.energy_j; });
  row.images_per_j = middle(runs, [](const RunResult& r) { return r.images_per_j; });
  row.cpu_util_pct = middle(runs, [](const RunResult& r) { return r.telemetry.machine_cpu_pct; });
  row.gpu_util_pct = middle(runs, [](const RunResult& r) { return r.telemetry.gpu_util_pct; });
  row.gpu_temp_c = middle(runs, [](const RunResult& r) { return r.telemetry.gpu_temp_c; });
  row.gpu_power_w = middle(runs, [](const RunResult& r) { return r.telemetry.gpu_power_w; });
  row.peak_rss_bytes = middle(runs, [](const RunResult& r) { return r.telemetry.peak_rss_bytes; });
  row.peak_gpu_bytes = middle(runs, [](const RunResult& r) { return r.telemetry.peak_gpu_memory_bytes; });
  for (const RunResult* r : runs)
    if (r->energy_method) row.energy_method = r->energy_method;
}

void add_workers(Row& row, const std::vector<const RunResult*>& runs) {
  const auto per_picture = [&](double Stages::*seconds) {
    return middle(runs, [seconds](const RunResult& r) {
      const double made = static_cast<double>(r.stages.loader_pictures);
      return made > 0 ? std::optional(1e6 * r.stages.*seconds / made) : std::nullopt;
    });
  };
  row.worker_read_us = per_picture(&Stages::read);
  row.worker_decode_us = per_picture(&Stages::decode);
  row.worker_augment_us = per_picture(&Stages::augment);
}

std::vector<Row> rows_of_runs(const std::vector<NamedRun>& runs) {
  std::map<std::string, std::size_t> place;
  std::vector<Row> rows;
  std::vector<std::vector<const RunResult*>> repetitions;
  for (const auto& [name, run] : runs) {
    Row row = row_of(run);
    Json key = row.config;
    key["train"].erase("seed");
    key["data"].erase("fallback");  // whatever would have stood in: the hash tells which pictures were read
    key["name"] =
        fmt::format("{} {} {} {}", run.device, run.build_commit, row.hostname_hash.value_or(""), row.data_hash.value_or(""));
    const auto [at, is_new] = place.emplace(key.dump(-1, ' ', false, Json::error_handler_t::replace), rows.size());
    if (is_new) rows.push_back(std::move(row));
    if (is_new) repetitions.emplace_back();
    add_run(rows[at->second], run);
    repetitions[at->second].push_back(&run);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    add_telemetry(rows[i], repetitions[i]);
    add_workers(rows[i], repetitions[i]);
    summarize(rows[i]);
    if (rows[i].verdict.empty()) rows[i].verdict = repetitions[i].front()->verdict.text;  // it has no figures
  }
  return rows;
}

Json parsed(const fs::path& file) {
  Json json = read_json(read_file(file, largest_result));
  if (json.is_discarded())
    throw Error(ExitCode::failed, file.string() + ": this is no JSON",
                "check that it is the result.json of a run, whole and unchanged");
  return json;
}

// A run's name is its folder's: result.json is what they are all called.
NamedRun named_run(const fs::path& file, const Json& json) {
  std::error_code ignored;
  const fs::path whole = fs::canonical(file, ignored), known = ignored ? file : whole;
  const bool usual = known.filename() == "result.json" && known.has_parent_path();
  NamedRun run{usual ? known.parent_path().filename().string() : known.stem().string(), run_result_from_json(json, file.string())};
  if (const auto changed = changed_since_written(json, file.string())) run.result.taints.push_back(*changed);
  return run;
}
NamedRun named_run(const fs::path& file) { return named_run(file, parsed(file)); }

// nullopt: it is a file of rows, or none that is known.
std::optional<NamedRun> run_in(const fs::path& file) {
  if (file.extension() != ".json") return std::nullopt;
  const Json json = parsed(file);
  if (!json.is_object() || !json.contains("epochs")) return std::nullopt;
  return named_run(file, json);
}

std::vector<NamedRun> named_runs(const std::vector<fs::path>& files) {
  std::vector<NamedRun> runs;
  for (const fs::path& file : files) runs.push_back(named_run(file));
  return runs;
}

}  // namespace

std::vector<fs::path> result_files(const fs::path& folder) {
  if (fs::is_regular_file(folder / "result.json")) return {folder / "result.json"};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (fs::is_regular_file(entry.path() / "result.json")) files.push_back(entry.path() / "result.json");
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw Error(ExitCode::usage, fmt::format("{} holds no result.json, nor do its folders", folder.string()),
                "give a run folder, a folder of run folders, or a file of rows");
  return files;
}

std::vector<Row> rows_of(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
  if (fs::is_directory(path)) return rows_of_runs(named_runs(result_files(path)));
  if (std::optional<NamedRun> run = run_in(path)) return rows_of_runs({std::move(*run)});
  return read_rows(path);
}

Results load_results(const std::vector<fs::path>& paths) {
  Results out;
  std::set<fs::path> seen;
  const auto is_new = [&](const fs::path& file) { return seen.insert(fs::canonical(file)).second; };
  std::vector<Row> rows;
  for (const fs::path& path : paths) {
    if (!fs::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
    if (fs::is_directory(path)) {
      for (const fs::path& file : result_files(path))
        if (is_new(file)) out.runs.push_back(named_run(file));
    } else if (is_new(path)) {
      if (std::optional<NamedRun> run = run_in(path)) {
        out.runs.push_back(std::move(*run));
      } else {
        for (Row& row : read_rows(path)) rows.push_back(std::move(row));
      }
    }
  }
  out.rows = rows_of_runs(out.runs);
  out.rows.insert(out.rows.end(), rows.begin(), rows.end());
  return out;
}

}  // namespace cnnbench
