// Results of `train` as rows: each run is one repetition.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/results/compare.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_result = 256ULL << 20;

RunResult read_result(const fs::path& file) {
  try {
    return run_result_from_json(Json::parse(read_file(file, largest_result)), file.string());
  } catch (const Json::parse_error&) {
    throw Error(ExitCode::failed, file.string() + ": this is no JSON",
                "check that it is the result.json of a run, whole and unchanged");
  }
}

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
  row.n_params = r.n_params;
  row.flops_per_image = r.flops_per_image;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.workers = r.workers;
  row.max_queue_size = e.loader.max_queue_size;
  row.cache = r.cache;
  row.augment_on = r.augment_on;
  row.precision = r.precision;
  row.graph = r.graph;
  row.threads = r.threads;
  row.test_time = r.test_time;
  row.verdict = r.verdict.text;
  row.status = "ok";
  row.stopped_by = "repetitions";
  row.config = to_json(e);
  return row;
}

void add_run(Row& row, const RunResult& r) {
  row.samples_ips.push_back(r.images_per_second);
  row.samples_data_wait_pct.push_back(r.verdict.data_wait_pct);
  for (const std::string& taint : r.taints)
    if (std::find(row.taints.begin(), row.taints.end(), taint) == row.taints.end()) row.taints.push_back(taint);
}

std::vector<Row> rows_of_runs(const std::vector<fs::path>& files) {
  std::map<std::string, std::size_t> place;
  std::vector<Row> rows;
  for (const fs::path& file : files) {
    const RunResult run = read_result(file);
    Row row = row_of(run);
    Json key = row.config;
    key["train"].erase("seed");
    key["name"] = fmt::format("{} {} {}", run.device, run.build_commit, row.hostname_hash.value_or(""));
    const auto [at, is_new] = place.emplace(key.dump(-1, ' ', false, Json::error_handler_t::replace), rows.size());
    if (is_new) rows.push_back(std::move(row));
    add_run(rows[at->second], run);
  }
  for (Row& row : rows) summarize(row);
  return rows;
}

bool is_run_result(const fs::path& file) {
  if (file.extension() != ".json") return false;
  try {
    const Json json = Json::parse(read_file(file, largest_result));
    return json.is_object() && json.contains("epochs");
  } catch (const Json::parse_error&) {
    return false;
  }
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
  if (!fs::exists(path)) throw Error(ExitCode::usage, path.string() + " is not there", "check the path");
  if (fs::is_directory(path)) return rows_of_runs(result_files(path));
  if (is_run_result(path)) return rows_of_runs({path});
  return read_rows(path);
}

}  // namespace cnnbench
