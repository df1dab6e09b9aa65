#include "cnnbench/results/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "checksum.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/missing_path.hpp"
#include "cnnbench/results/compare.hpp"
#include "cnnbench/results/row.hpp"
#include "cnnbench/results/run_result.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t largest_file = 1ULL << 30;
// Phases are differences of one clock; the loop between them is not free.
constexpr double allowed_rest = 0.01, allowed_rest_seconds = 0.01;

std::string dumped(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

// Another compiler may add up in another order.
bool same_number(const Json& a, const Json& b) {
  const double x = a, y = b;
  return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
}

void differences(const Json& stated, const Json& again, const std::string& place, std::vector<std::string>& faults) {
  if (stated.is_object() && again.is_object()) {
    for (const auto& [key, value] : again.items())
      if (stated.contains(key)) differences(stated[key], value, place + "/" + key, faults);
    for (const auto& [key, value] : stated.items())
      if (!again.contains(key)) faults.push_back(fmt::format("{}/{}: is no field of such a result", place, key));
    return;
  }
  if (stated.is_array() && again.is_array() && stated.size() == again.size()) {
    for (std::size_t i = 0; i < stated.size(); ++i) differences(stated[i], again[i], fmt::format("{}/{}", place, i), faults);
    return;
  }
  const bool same = stated.is_number() && again.is_number() ? same_number(stated, again) : stated == again;
  if (!same) faults.push_back(fmt::format("{}: says {}, what was measured gives {}", place, dumped(stated, -1), dumped(again, -1)));
}

void check_document(const Json& document, const std::string& text, int indent, std::vector<std::string>& faults) {
  if (!document.is_object() || !document.contains("checksum"))
    faults.emplace_back("/checksum: missing");
  else if (document["checksum"] != checksum_of(document))
    faults.emplace_back("/checksum: the document is not as it was written");
  if (dumped(document, indent) != text) faults.emplace_back("its text is not as cnnbench writes it");
}

void check_phases(const Phases& p, const std::string& place, std::vector<std::string>& faults) {
  if (std::abs(p.rest()) > allowed_rest * p.wall + allowed_rest_seconds)
    faults.push_back(fmt::format("{}: the phases leave {:.3f} s of {:.3f} s unexplained", place, p.rest(), p.wall));
}

// An epoch's windows are a cut through it: nothing is left out or told twice.
void check_windows(const RunResult& r, std::vector<std::string>& faults) {
  std::map<int, SpeedWindow> sums;
  for (const SpeedWindow& w : r.windows) {
    SpeedWindow& sum = sums[w.epoch];
    sum.steps += w.steps;
    sum.pictures += w.pictures;
    sum.seconds += w.seconds;
    sum.data_wait += w.data_wait;
  }
  for (const EpochRow& row : r.epochs) {
    const SpeedWindow& sum = sums[row.epoch];
    const double busy = row.seconds.data_wait + row.seconds.compute, allowed = 1e-9 * (1 + busy);
    if (sum.steps != row.steps || sum.pictures != row.pictures || std::abs(sum.seconds - busy) > allowed ||
        std::abs(sum.data_wait - row.seconds.data_wait) > allowed)
      faults.push_back(fmt::format("/windows: those of epoch {} do not add up to it", row.epoch));
  }
  if (sums.size() != r.epochs.size()) faults.emplace_back("/windows: there are some of epochs that are not there");
}

RunResult recomputed(RunResult r) {
  for (EpochRow& row : r.epochs) summarize(row, r.device);
  summarize(r);
  const std::string why = r.energy_missing.value_or("");
  r.energy_j.reset();
  r.images_per_j.reset();
  r.energy_method.reset();
  r.energy_missing.reset();
  add_energy(r, counted_epochs(r), why);
  const Verdict stated = r.verdict;
  r.verdict = verdict_of(r, stated.loader_ips, "");
  if (stated.text.starts_with(r.verdict.text)) r.verdict.text = stated.text;  // with its hint
  return r;
}

Verified damaged(const std::string& source, const std::string& problem) { return {source, "", {problem}}; }

void check_epochs_csv(const fs::path& file, const RunResult& r, std::vector<std::string>& faults) {
  if (!fs::exists(file)) return;
  if (read_file(file, largest_file) != epochs_csv(r.epochs))
    faults.emplace_back("epochs.csv differs from the epochs in result.json");
}

Verified verify_run(const fs::path& file) {
  const std::string text = read_file(file, largest_file), name = file.string();
  Json stated = Json::parse(text, nullptr, false);
  if (stated.is_discarded()) return damaged(name, "this is no JSON");
  Verified out{.source = name, .headline = {}, .faults = {}};
  check_document(stated, text.substr(0, text.empty() ? 0 : text.size() - 1), 2, out.faults);
  if (!text.ends_with('\n')) out.faults.emplace_back("its last line has no end");
  RunResult r;
  try {
    r = run_result_from_json(stated, name);
  } catch (const Error& e) {
    out.faults.emplace_back(e.what());
    return out;
  }
  const RunResult sound = recomputed(r);
  Json again = to_json(sound);
  again["config"] = stated["config"];  // an older one may lack keys of today
  again["config_hash"] = config_hash(stated["config"]);
  again["checksum"] = stated.value("checksum", Json());
  differences(stated, again, "", out.faults);
  check_phases(r.seconds, "/seconds", out.faults);
  for (std::size_t i = 0; i < r.epochs.size(); ++i)
    check_phases(r.epochs[i].seconds, fmt::format("/epochs/{}/seconds", i), out.faults);
  check_windows(r, out.faults);
  check_epochs_csv(file.parent_path() / "epochs.csv", r, out.faults);
  out.headline =
      fmt::format("{:.1f} images/s from {}", sound.images_per_second,
                  sound.steady.counts && !sound.windows.empty()
                      ? fmt::format("{} of {} windows", sound.windows.size() - sound.steady.from_window, sound.windows.size())
                      : fmt::format("{} of {} epochs", counted_epochs(r).size(), r.epochs.size()));
  return out;
}

Verified verify_row(const Json& stated, const std::string& source) {
  Verified out{.source = source, .headline = {}, .faults = {}};
  Row row;
  try {
    row = row_from_json(stated, source);
  } catch (const Error& e) {
    out.faults.emplace_back(e.what());
    return out;
  }
  summarize(row);
  Json again = to_json(row);
  again["schema_version"] = stated["schema_version"];  // row_from_json() says which there are
  again["config"] = stated["config"];
  again["checksum"] = stated.value("checksum", Json());
  differences(stated, again, "", out.faults);
  out.headline = row.median_ips ? fmt::format("{:.1f} images/s from {} repetitions", *row.median_ips, row.repetitions) : row.status;
  return out;
}

std::vector<Verified> verify_lines(const fs::path& file) {
  const std::string text = read_file(file, largest_file);
  std::vector<Verified> out;
  std::size_t from = 0;
  for (int line = 1; from < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string source = fmt::format("{}:{}", file.string(), line), row = text.substr(from, end - from);
    const Json stated = Json::parse(row, nullptr, false);
    out.push_back(stated.is_discarded() ? damaged(source, "this is no JSON") : verify_row(stated, source));
    if (!stated.is_discarded()) check_document(stated, row, -1, out.back().faults);
    if (end == text.size()) out.back().faults.emplace_back("its last line has no end");
    from = end + 1;
  }
  return out;
}

std::vector<Verified> verify_rows(const fs::path& file, const Json& document, const std::string& text) {
  const std::string name = file.string();
  std::vector<Verified> out{{.source = name, .headline = "a document of rows", .faults = {}}};
  check_document(document, text.substr(0, text.empty() ? 0 : text.size() - 1), 2, out.front().faults);
  if (!document.is_object() || !document.contains("rows") || !document["rows"].is_array())
    return {damaged(name, "has neither epochs nor rows")};
  for (std::size_t i = 0; i < document["rows"].size(); ++i)
    out.push_back(verify_row(document["rows"][i], fmt::format("{}: /rows/{}", name, i)));
  return out;
}

std::vector<Verified> verify_json(const fs::path& file) {
  const std::string text = read_file(file, largest_file);
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return {damaged(file.string(), "this is no JSON")};
  if (document.is_object() && document.contains("rows")) return verify_rows(file, document, text);
  return {verify_run(file)};
}

}  // namespace

std::vector<Verified> verify(const fs::path& path) {
  if (!fs::exists(path)) throw Error(ExitCode::usage, missing_path(path), "check the path");
  if (fs::is_directory(path)) {
    std::vector<Verified> out;
    for (const fs::path& file : result_files(path)) out.push_back(verify_run(file));
    return out;
  }
  const fs::path extension = path.extension();
  if (extension == ".jsonl") return verify_lines(path);
  if (extension == ".json") return verify_json(path);
  throw Error(ExitCode::usage, path.string() + ": verify reads no such file",
              "give a run folder, a result.json, or rows (.jsonl, .json)");
}

}  // namespace cnnbench
