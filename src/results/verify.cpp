#include "cnnbench/results/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "checksum.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/results/load.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"
#include "verify_parts.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_file = 1ULL << 30;

void check_checksum(const Json& document, std::vector<std::string>& faults) {
  if (!document.is_object() || !document.contains("checksum"))
    faults.emplace_back("/checksum: missing");
  else if (document["checksum"] != checksum_of(document))
    faults.emplace_back("/checksum: the document is not as it was written");
}

void check_document(const Json& document, const std::string& text, int indent, std::vector<std::string>& faults) {
  check_checksum(document, faults);
  if (json_text(document, indent) != text) faults.emplace_back("its text is not as cnnbench writes it");
}

Verified damaged(const std::string& source, const std::string& problem) { return {source, "", {problem}}; }

void check_epochs_csv(const fs::path& file, const Json& stated, std::vector<std::string>& faults) {
  if (!fs::exists(file)) return;
  if (read_file(file, largest_file) != epochs_csv(run_result_from_json(stated, file.string()).epochs))
    faults.emplace_back("epochs.csv differs from the epochs in result.json");
}

void check_end(const std::string& text, std::vector<std::string>& faults) {
  if (!text.ends_with('\n')) faults.emplace_back("its last line has no end");
}

std::string without_end(const std::string& text) { return text.substr(0, text.empty() ? 0 : text.size() - 1); }

Verified verify_run(const fs::path& file) {
  const std::string text = read_file(file, largest_file), name = file.string();
  const Json stated = read_json(text);
  if (stated.is_discarded()) return damaged(name, "this is no JSON");
  Verified out = verifying::run(stated, name);
  std::vector<std::string> faults;
  check_document(stated, without_end(text), 2, faults);
  check_end(text, faults);
  out.faults.insert(out.faults.begin(), faults.begin(), faults.end());
  if (!out.headline.empty()) check_epochs_csv(file.parent_path() / "epochs.csv", stated, out.faults);
  return out;
}

std::vector<Verified> verify_lines(const fs::path& file) {
  const std::string text = read_file(file, largest_file);
  std::vector<Verified> out;
  std::size_t from = 0;
  for (int line = 1; from < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string source = fmt::format("{}:{}", file.string(), line), row = text.substr(from, end - from);
    const Json stated = read_json(row);
    out.push_back(stated.is_discarded() ? damaged(source, "this is no JSON") : verifying::row(stated, source));
    if (!stated.is_discarded()) check_document(stated, row, -1, out.back().faults);
    if (end == text.size()) out.back().faults.emplace_back("its last line has no end");
    from = end + 1;
  }
  return out;
}

// What stands beside the runs of several devices: it has no checksum of its own.
void check_runs(const Json& document, const std::string& text, std::vector<std::string>& faults) {
  std::vector<RunResult> runs;
  try {
    for (const Json& run : document["runs"]) runs.push_back(run_result_from_json(run, "runs"));
  } catch (const Error&) {
    return;  // a fault of that run
  }
  Json again = runs_json(runs);
  again["schema_version"] = document.value("schema_version", Json());
  again["runs"] = document["runs"];
  verifying::differences(document, again, "", faults);
  if (json_text(document) != without_end(text)) faults.emplace_back("its text is not as cnnbench writes it");
}

// A document of rows, or of the runs of several devices.
std::vector<Verified> verify_list(const fs::path& file, const Json& document, const std::string& text, const char* list) {
  const std::string name = file.string();
  if (!document[list].is_array()) return {damaged(name, fmt::format("/{} is no list", list))};
  const bool rows = std::string_view(list) == "rows";
  std::vector<Verified> out{{.source = name, .headline = fmt::format("a document of {}", list), .faults = {}}};
  if (rows) check_document(document, without_end(text), 2, out.front().faults);
  check_end(text, out.front().faults);
  if (!rows) check_runs(document, text, out.front().faults);
  for (std::size_t i = 0; i < document[list].size(); ++i) {
    const std::string source = fmt::format("{}: /{}/{}", name, list, i);
    const Json& item = document[list][i];
    out.push_back(rows ? verifying::row(item, source) : verifying::run(item, source));
    check_checksum(item, out.back().faults);
  }
  return out;
}

std::vector<Verified> verify_json(const fs::path& file) {
  const std::string text = read_file(file, largest_file);
  const Json document = read_json(text);
  if (document.is_discarded()) return {damaged(file.string(), "this is no JSON")};
  for (const char* list : {"rows", "runs"})
    if (document.is_object() && document.contains(list)) return verify_list(file, document, text, list);
  return {verify_run(file)};
}

// No checksum in a table: its figures are computed again, and its text is held to what they give.
std::vector<Verified> verify_csv(const fs::path& file) {
  const std::string text = read_file(file, largest_file), name = file.string();
  const std::vector<Row> rows = read_rows(file);
  std::vector<Verified> out{{.source = name, .headline = "a table of rows, which has no checksum", .faults = {}}};
  if (rows_text(rows, RowFormat::csv) != text) out.front().faults.emplace_back("its text is not as cnnbench writes it");
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(verifying::row(to_json(rows[i]), fmt::format("{}: row {}", name, i + 1)));
  return out;
}

// One that cannot be read is no reason not to look at the others.
std::vector<Verified> or_damaged(const fs::path& file, const std::function<std::vector<Verified>(const fs::path&)>& look) {
  try {
    return look(file);
  } catch (const Error& e) {
    return {damaged(file.string(), e.what())};
  }
}

}  // namespace

std::vector<Verified> verify(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
  if (fs::is_directory(path)) {
    std::vector<Verified> out;
    for (const fs::path& file : result_files(path)) {
      const std::vector<Verified> of_file = or_damaged(file, [](const fs::path& f) { return std::vector{verify_run(f)}; });
      out.insert(out.end(), of_file.begin(), of_file.end());
    }
    return out;
  }
  const fs::path extension = path.extension();
  if (extension == ".jsonl") return or_damaged(path, verify_lines);
  if (extension == ".json") return or_damaged(path, verify_json);
  if (extension == ".csv") return or_damaged(path, verify_csv);
  throw Error(ExitCode::usage, path.string() + ": verify reads no such file",
              "give a run folder, a result.json, or rows (.jsonl, .json, .csv)");
}

}  // namespace cnnbench
