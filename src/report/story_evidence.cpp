#include "story_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catalogue.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/report/numbers.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A row that stands for runs has a config without the place that its pictures were found in.
std::string leaf_of(const Json& config, const std::string& key) {
  std::string pointer = "/" + key;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const Json::json_pointer place(pointer);
  if (!config.is_object() || !config.contains(place)) return "";
  const Json& value = config[place];
  return value_text(value);
}

bool fits(const Pick& pick, const std::string& device, const Json& config) {
  return std::all_of(pick.where.begin(), pick.where.end(), [&](const auto& condition) {
    const auto& [key, wanted] = condition;
    return key == "device" ? device.starts_with(wanted) : leaf_of(config, key) == wanted;
  });
}

std::string conditions_of(const Pick& pick) {
  std::string text;
  for (const auto& [key, value] : pick.where) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  return text;
}

std::optional<double> number_in(const Json& json, const std::string& key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_number() ? known(at->get<double>()) : std::nullopt;
}

// A GPU's row before a processor's, then the fastest.
bool better(const Row& a, const Row& b) {
  const bool gpu_a = a.device.starts_with("cuda"), gpu_b = b.device.starts_with("cuda");
  if (gpu_a != gpu_b) return gpu_a;
  return known(a.median_ips).value_or(-1) > known(b.median_ips).value_or(-1);
}

Evidence evidence_of(const Row& row, const std::string& field) {
  Evidence e;
  e.device = row.device;
  e.processor = row.device.starts_with("cuda") ? row.gpu_info.value_or("a GPU") : row.cpu_info.value_or("an unknown processor");
  e.cores = row.cpus_usable;
  e.workers = row.workers;
  e.settings = settings_of(row);
  e.verdict = row.verdict;
  e.taints = remarks(row);
  e.value = number_in(to_json(row), field);
  if (!e.value) e.why_not = fmt::format("{} is unknown here", field);
  e.speeds = field == "median_ips";
  if (e.speeds) e.samples = row.samples_ips;
  if (e.speeds && known(row.ci_low_ips) && known(row.ci_high_ips)) e.interval = Interval{*row.ci_low_ips, *row.ci_high_ips};
  return e;
}

Evidence row_evidence(const std::vector<Row>& rows, const Pick& pick, const std::string& field) {
  const Row* best = nullptr;
  std::string error;
  for (const Row& row : rows) {
    if (!fits(pick, row.device, row.config)) continue;
    if (row.status == "ok" && (!best || better(row, *best))) best = &row;
    if (row.status != "ok") error = row.error;
  }
  if (best) return evidence_of(*best, field);
  Evidence none;
  none.why_not = error.empty() ? fmt::format("nothing in {} is {}", pick.file, conditions_of(pick)) : "it failed: " + error;
  return none;
}

// Runs that differ in their seeds only are repetitions: their mean.
Evidence run_evidence(const std::vector<NamedRun>& runs, const Pick& pick, const std::string& field) {
  Evidence e;
  bool finished = false;
  for (const NamedRun& run : runs) {
    const RunResult& r = run.result;
    if (!fits(pick, r.device, to_json(r.experiment))) continue;
    finished = true;
    if (const auto value = number_in(to_json(r), field)) e.samples.push_back(*value);
    e.device = r.device;
    e.processor = r.device_name;
    e.workers = r.workers;
    e.verdict = r.verdict.text;
    e.pictures = static_cast<double>(r.train_pictures);
    e.epochs = static_cast<double>(r.epochs.size());
    e.drawn = !r.data_warning.empty();
    e.settings = fmt::format("{} of {} pictures, {}", count_text(std::ssize(r.epochs), "epoch"), fixed(e.pictures, 0), r.precision);
    if (e.drawn) e.settings += ", drawn pictures";
    add_distinct(e.taints, r.taints);
  }
  if (!finished)
    e.why_not = fmt::format("no run in {} is {}", pick.file, conditions_of(pick));
  else if (e.samples.empty())
    e.why_not = fmt::format("{} is unknown here", field);
  if (e.samples.empty()) return e;
  e.value = mean(e.samples);
  e.interval = median_interval(e.samples);
  return e;
}

Json json_of(const std::string& file) {
  constexpr std::uint64_t largest = 256ULL << 20;
  Json json = Json::parse(read_file(file, largest), nullptr, false);
  if (json.is_discarded()) throw Error(ExitCode::failed, file + ": this is no JSON", "write it again");
  return json;
}

bool asks_for_gpu(const Pick& pick) {
  return std::any_of(pick.where.begin(), pick.where.end(),
                     [](const auto& condition) { return condition.first == "device" && condition.second.starts_with("cuda"); });
}

}  // namespace

StoryFiles::StoryFiles(const std::string& machine_file) {
  std::error_code none;
  if (machine_file.empty() || !fs::exists(machine_file, none)) return;
  try {
    machine_ = json_of(machine_file);
  } catch (const Error& e) {
    keep(e);
  }
}

const Results& StoryFiles::results(const std::string& file) {
  const auto at = results_.find(file);
  if (at != results_.end()) return at->second;
  const Results& results = results_.emplace(file, load_results({file})).first->second;
  for (const Error& e : results.damaged) keep(e);
  return results;
}

const Json& StoryFiles::document(const std::string& file) {
  const auto at = documents_.find(file);
  return at != documents_.end() ? at->second : documents_.emplace(file, json_of(file)).first->second;
}

bool StoryFiles::without_gpu() const {
  const Json::json_pointer devices("/torch/cuda_devices");
  return machine_.is_object() && machine_.contains(devices) && machine_[devices].empty();
}

std::string StoryFiles::machine() const {
  const Json::json_pointer machine("/machine"), devices("/torch/cuda_devices");
  if (!machine_.is_object() || !machine_.contains(machine)) return "";
  const Json& m = machine_[machine];
  std::string text = m.contains("cpu_info") && m["cpu_info"].is_string() ? m["cpu_info"].get<std::string>() : "unknown processor";
  if (const auto cores = number_in(m, "cpus_usable")) text += ", " + count_text(std::llround(*cores), "core");
  if (without_gpu()) return text + ", no GPU";
  if (machine_.contains(devices))
    for (const Json& gpu : machine_[devices])
      if (gpu.is_object() && gpu.contains("name") && gpu["name"].is_string()) text += ", " + gpu["name"].get<std::string>();
  return text;
}

void StoryFiles::keep(const Error& error) {
  const auto same = [&](const Error& e) { return std::string_view(e.what()) == error.what(); };
  if (std::none_of(damaged_.begin(), damaged_.end(), same)) damaged_.push_back(error);
}

Evidence StoryFiles::find(const Pick& pick, const std::string& field) {
  try {
    return looked_up(pick, field);
  } catch (const Error& e) {
    keep(e);
    Evidence none;
    none.why_not = e.what();
    return none;
  }
}

Evidence StoryFiles::looked_up(const Pick& pick, const std::string& field) {
  Evidence none;
  if (asks_for_gpu(pick) && without_gpu()) {
    none.why_not = "no GPU on this machine";
    return none;
  }
  std::error_code unknown;
  if (!fs::exists(pick.file, unknown)) {
    none.why_not = pick.file + " is not there";
    return none;
  }
  if (!pick.pointer.empty()) {
    const Json& json = document(pick.file);
    const Json::json_pointer place(pick.pointer);
    if (json.contains(place) && json[place].is_number()) none.value = known(json[place].get<double>());
    if (!none.value) none.why_not = fmt::format("{} has no number at {}", pick.file, pick.pointer);
    const Json::json_pointer count(pick.count);
    if (!pick.count.empty() && json.contains(count) && json[count].is_number()) none.count = json[count].get<double>();
    return none;
  }
  const Results& found = results(pick.file);
  return found.runs.empty() ? row_evidence(found.rows, pick, field) : run_evidence(found.runs, pick, field);
}

}  // namespace cnnbench::report
