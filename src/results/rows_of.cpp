// Results of `train` as rows, each run one repetition; and whatever files and folders hold results, together.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/results/changed.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/repetition.hpp"
#include "row_files.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_result = 256ULL << 20;

// Which cell it is a repetition of; the rest follows from its repetitions.
Row row_of(const RunResult& r) {
  const Experiment& e = r.experiment;
  Row row;
  row.model = e.model.preset.empty() ? e.name : e.model.preset;
  row.image_size = e.data.image_size;
  row.batch_size = e.loader.batch_size;
  row.max_queue_size = e.loader.max_queue_size;
  row.stopped_by = "repetitions";
  row.config = to_json(e);
  return row;
}

std::vector<Row> rows_of_runs(const std::vector<NamedRun>& runs) {
  std::map<std::string, std::size_t> place;
  std::vector<Row> rows;
  std::vector<std::vector<Json>> repetitions;
  std::vector<std::string> verdicts;
  for (const auto& [name, run] : runs) {
    Row row = row_of(run);
    const Json repetition = repetition_of(run);
    const Json& resolved = repetition["resolved"];
    Json key = row.config;
    key["train"].erase("seed");
    key["data"].erase("fallback");  // whatever would have stood in: the hash tells which pictures were read
    const auto host = run.machine.is_object() ? run.machine.value("hostname_hash", Json()) : Json();
    key["name"] = {run.device, run.build_commit, host, resolved["data_hash"], run.rank_count()};
    const auto [at, is_new] = place.emplace(json_line(key), rows.size());
    if (is_new) {
      rows.push_back(std::move(row));
      repetitions.emplace_back();
      verdicts.push_back(run.verdict.text);
    }
    repetitions[at->second].push_back(repetition);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    fold(rows[i], repetitions[i], Mixed::is_a_taint);
    if (rows[i].verdict.empty()) rows[i].verdict = verdicts[i];  // it has no figures
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

// Its one name, by whatever way it was reached.
fs::path known_as(const fs::path& file) {
  std::error_code error;
  fs::path whole = fs::canonical(file, error);
  return error ? file : whole;
}

// A run's name is its folder's: result.json is what they are all called.
NamedRun named_run(const fs::path& file, const Json& json) {
  const fs::path known = known_as(file);
  const bool usual = known.filename() == "result.json" && known.has_parent_path();
  NamedRun run{usual ? known.parent_path().filename().string() : known.stem().string(), run_result_from_json(json, file.string())};
  if (const auto changed = changed_since_written(json, file.string())) run.result.taints.push_back(*changed);
  return run;
}
NamedRun named_run(const fs::path& file) { return named_run(file, parsed(file)); }

// A result.json, or what train --json printed. nullopt: it is a file of rows, or none that is known.
std::optional<std::vector<NamedRun>> runs_in(const fs::path& file, Damaged damaged) {
  if (file.extension() != ".json") return std::nullopt;
  const Json json = parsed(file);
  if (!json.is_object()) return std::nullopt;
  if (json.contains("epochs")) return std::vector{named_run(file, json)};
  const auto list = json.find("runs");
  if (list == json.end() || !list->is_array()) return std::nullopt;
  std::vector<NamedRun> runs;
  for (const Json& run : *list) read_unless_damaged(damaged, [&] { runs.push_back(named_run(file, run)); });
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

Results load_results(const std::vector<fs::path>& paths) {
  Results out;
  std::set<fs::path> seen;
  std::vector<Row> rows;
  // One damaged file among sound ones is named; the others are the result.
  const auto read = [&](const fs::path& file, const auto& f) {
    if (seen.insert(known_as(file)).second) read_unless_damaged(&out.damaged, f);
  };
  for (const fs::path& path : paths) {
    if (!fs::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
    if (fs::is_directory(path)) {
      for (const fs::path& file : result_files(path)) read(file, [&] { out.runs.push_back(named_run(file)); });
    } else {
      read(path, [&] {
        if (std::optional<std::vector<NamedRun>> runs = runs_in(path, &out.damaged))
          std::move(runs->begin(), runs->end(), std::back_inserter(out.runs));
        else
          for (Row& row : read_rows(path, &out.damaged)) rows.push_back(std::move(row));
      });
    }
  }
  if (out.runs.empty() && rows.empty() && !out.damaged.empty()) throw Error(out.damaged.front());
  out.rows = rows_of_runs(out.runs);
  out.rows.insert(out.rows.end(), rows.begin(), rows.end());
  return out;
}

}  // namespace cnnbench
