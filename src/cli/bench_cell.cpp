#include "cnnbench/cli/bench_cell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/process.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/core/scratch_folder.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/results/disturbance.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// What a run resolves, and the key that says so beforehand.
struct Pin {
  const char *fact, *key;
};
constexpr Pin pins[] = {{"device", "train.device"},   {"precision", "train.precision"},    {"cache", "loader.cache"},
                        {"augment_on", "augment.on"}, {"workers", "loader.workers"},       {"graph", "train.graph"},
                        {"threads", "train.threads"}, {"convolution", "train.convolution"}};

constexpr std::pair<const char*, const char*> step_stages[] = {
    {"copy", "copy_us"}, {"forward", "forward_us"}, {"backward", "backward_us"}, {"optimizer", "optimizer_us"}};

// The last line that a person was meant to read.
std::string error_line(const ChildOutcome& outcome, double limit) {
  if (outcome.timed_out) return fmt::format("took more than {:.0f} s", limit);
  const std::size_t at = outcome.errors.rfind("error: ");
  std::string text = at == std::string::npos ? "" : outcome.errors.substr(at + 7);
  text = text.substr(0, text.find('\n'));
  if (text.empty())
    text = outcome.exit_code > 128 ? fmt::format("ended by signal {}", outcome.exit_code - 128) : "no error message";
  return text;
}

bool was_memory(const std::string& error, int exit_code) {
  return error.find("out of memory") != std::string::npos || exit_code == 137;  // or the kernel's killer came
}

// What the verdict rests on, as result.json's verdict has it.
constexpr const char* both_sides[] = {"data_wait_pct",   "counted_seconds", "loader_ips",   "network_ips",
                                      "loader_core_pct", "device_wait_pct", "copy_wait_pct"};

// As --set has it.
std::string words_of(const Json& fact) {
  return fact.is_boolean() ? (fact.get<bool>() ? "on" : "off") : fact.is_string() ? fact.get<std::string>() : fact.dump();
}

// The JSON document that a process of this program prints.
struct Answer {
  Json json;
  std::string error;  // empty: none
  bool memory = false;
};

Answer ask(const Experiment& e, const std::vector<std::string>& command, const RepetitionOptions& options, const fs::path& folder) {
  const fs::path config = folder / "cell.json";
  write_atomic(config, to_json(e).dump(2, ' ', false, Json::error_handler_t::replace));
  ChildOptions child{.arguments = {fs::read_symlink("/proc/self/exe").string()},
                     .timeout_seconds = options.timeout_seconds,
                     .stop = [] { return stop_signal() != 0; }};
  child.arguments.insert(child.arguments.end(), command.begin(), command.end());
  child.arguments.insert(child.arguments.end(), {"--config", config.string(), "--json"});
  if (e.train.threads > 0) child.environment["OMP_NUM_THREADS"] = std::to_string(e.train.threads);
  const ChildOutcome outcome = run_child(child);
  if (outcome.stopped || stop_signal() != 0) throw Error(static_cast<ExitCode>(128 + stop_signal()), "stopped by a signal");
  if (outcome.exit_code != 0 || outcome.timed_out) {
    const std::string error = error_line(outcome, options.timeout_seconds);
    return {nullptr, error, was_memory(error, outcome.exit_code)};
  }
  const Json json = read_json(outcome.output);
  return json.is_object() ? Answer{json, "", false} : Answer{nullptr, "the process printed no result", false};
}

// The same steps on pictures that need neither reading, decoding nor warping. What happens on the device stays.
Experiment compute_alone(Experiment e, const Json& live) {
  e.data.kind = DataKind::synthetic;
  e.data.path.clear();
  e.data.synthetic_classes = static_cast<int>(live["class_names"].size());
  const int pictures = e.loader.batch_size * std::max(20, 640 / e.loader.batch_size);
  e.data.limit_train = pictures;
  e.data.limit_validation = e.loader.batch_size;
  AugmentConfig& a = e.augment;
  a.rotation_degrees = a.width_shift = a.height_shift = a.shear_degrees = a.zoom = a.channel_shift = 0;
  a.horizontal_flip = a.vertical_flip = false;
  a.brightness.reset();
  if (e.loader.cache != CacheMode::device) e.loader.cache = CacheMode::decoded;
  e.loader.workers = 1;
  e.train.epochs = most_epochs;
  return e;
}

Experiment pinned_to(Experiment e, const Json& resolved) {
  for (const Pin& pin : pins)
    if (const auto fact = resolved.find(pin.fact); fact != resolved.end())
      e = changed(e, fmt::format("{}={}", pin.key, words_of(*fact)));
  return e;
}

void add_alone(Json& out, const Experiment& e, const Json& live, const RepetitionOptions& options, const fs::path& folder) {
  Experiment pipeline = e;
  if (live["cache"] == "device") pipeline.loader.cache = CacheMode::decoded;
  const Answer loader = ask(pipeline, {"data", "bench", "--seconds", fmt::format("{}", options.loader_seconds)}, options, folder);
  if (loader.error.empty()) {
    out["pipeline_only_ips"] = loader.json["pipeline_only_ips"];
    for (const char* key : {"read_us", "decode_us", "augment_us"}) out[key] = loader.json[key];
  }
  const Answer network =
      ask(compute_alone(e, live), {"train", "--until-steady", "--run", (folder / "alone").string()}, options, folder);
  if (network.error.empty()) out["compute_only_ips"] = network.json["images_per_second"];
  for (const Answer* answer : {&loader, &network})
    if (!answer->error.empty()) out["taints"].push_back("a speed alone could not be measured: " + answer->error);
}

// The same with none of our own operations: what of the speed is the machine's and libtorch's, not this program's.
void add_library(Json& out, Experiment e, const RepetitionOptions& options, const fs::path& folder) {
  e.train.convolution = "library";
  const Answer live = ask(e, {"train", "--until-steady", "--run", (folder / "library").string()}, options, folder);
  if (live.error.empty())
    out["library_ips"] = live.json["images_per_second"];
  else
    out["taints"].push_back("the speed with libtorch's operations alone could not be measured: " + live.error);
}

// The step's stages, in microseconds per picture.
void add_stages(Json& out, const Json& live) {
  double pictures = 0;
  for (const EpochRow& row : counted_epochs(run_result_from_json(live, "train --json")))
    pictures += static_cast<double>(row.pictures);
  for (const auto& [stage, key] : step_stages)
    if (const Json& seconds = live["stages"][stage]; seconds.is_number() && pictures > 0)
      out[key] = 1e6 * seconds.get<double>() / pictures;
}

// A worker's time per picture beside the network.
void add_worker(Json& out, const Json& stages) {
  const double pictures = stages["loader_pictures"];
  for (const char* stage : {"read", "decode", "augment"})
    if (pictures > 0) out[fmt::format("worker_{}_us", stage)] = 1e6 * stages[stage].get<double>() / pictures;
}

std::vector<double> numbers(const std::vector<Json>& repetitions, const char* key) {
  std::vector<double> out;
  for (const Json& r : repetitions)
    if (const auto at = r.find(key); at != r.end() && at->is_number()) out.push_back(at->get<double>());
  return out;
}

std::optional<double> middle(const std::vector<Json>& repetitions, const char* key) { return median_of(numbers(repetitions, key)); }

std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? std::optional(at->get<std::string>()) : std::nullopt;
}

void describe(Row& row, const Json& resolved) {
  row.build_commit = resolved["build_commit"];
  row.libtorch = resolved["libtorch"];
  const Json& machine = resolved["machine"];
  row.hostname_hash = text_of(machine, "hostname_hash");
  row.cpu_info = text_of(machine, "cpu_info");
  row.cpus_usable = machine["cpus_usable"];
  row.device = resolved["device"];
  if (row.device.starts_with("cuda")) row.gpu_info = text_of(resolved, "device_name");
  row.data_hash = text_of(resolved, "data_hash");
  row.data_source = text_of(resolved, "data_source");
  row.classes = resolved.value("classes", 0);  // samples of an older cnnbench, resumed, do not say
  row.n_params = resolved["n_params"];
  row.flops_per_image = resolved["flops_per_image"];
  row.workers = resolved["workers"];
  row.cache = resolved["cache"];
  row.auto_cache = text_of(resolved, "auto_cache").value_or("");
  row.augment_on = resolved["augment_on"];
  row.precision = resolved["precision"];
  row.graph = resolved["graph"];
  row.convolution = resolved.value("convolution", "");  // none in what an older program measured
  row.threads = resolved["threads"];
  row.test_time = resolved["test_time"];
}

// "precision float32 and bfloat16"; empty: all repetitions resolved the same.
std::string mixture(const std::vector<Json>& repetitions) {
  std::string text;
  for (const Pin& pin : pins) {
    std::vector<std::string> found;
    for (const Json& r : repetitions)
      if (const auto fact = r["resolved"].find(pin.fact); fact != r["resolved"].end()) add_distinct(found, {words_of(*fact)});
    if (found.size() > 1) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pin.fact, fmt::join(found, " and "));
  }
  return text;
}

// What at least one repetition has. The same but for its figures is the same: "other processes used 7 % of the cores".
std::vector<std::string> folded_taints(const std::vector<Json>& repetitions) {
  struct Found {
    std::string text;
    std::set<const Json*> in;
  };
  std::vector<Found> found;
  for (const Json& r : repetitions)
    for (const Json& taint : r["taints"]) {
      const std::string text = taint;
      auto same =
          std::find_if(found.begin(), found.end(), [&](const Found& f) { return without_digits(f.text) == without_digits(text); });
      if (same == found.end()) same = found.insert(found.end(), Found{text, {}});
      // Of a disturbance the largest: compare takes its figure for what it may have cost.
      if (const auto now = disturbance_of(text), before = disturbance_of(same->text);
          now && before && (!now->share || (before->share && *now->share > *before->share)))
        same->text = text;
      same->in.insert(&r);
    }
  std::vector<std::string> out;
  for (const auto& [text, in] : found)
    out.push_back(
        in.size() == repetitions.size() ? text : fmt::format("{} (in {} of {} repetitions)", text, in.size(), repetitions.size()));
  return out;
}

// One cell is one set of pictures; those of a resumed benchmark may have been exchanged meanwhile.
bool of_the_same_pictures(const std::vector<Json>& repetitions) {
  return std::all_of(repetitions.begin(), repetitions.end(), [&](const Json& r) {
    return text_of(r["resolved"], "data_hash") == text_of(repetitions.front()["resolved"], "data_hash");
  });
}

}  // namespace

Json repeat_cell(const Experiment& e, const RepetitionOptions& options) {
  const ScratchFolder scratch;
  const Answer live = ask(e, {"train", "--until-steady", "--run", (scratch.path() / "live").string()}, options, scratch.path());
  if (!live.error.empty()) return {{"error", live.error}, {"memory", live.memory}};
  Json out{{"ips", live.json["images_per_second"]}, {"taints", live.json["taints"]}};
  for (const char* key : both_sides) out[key] = live.json["verdict"][key];
  add_worker(out, live.json["stages"]);
  for (const char* key : {"energy_j", "images_per_j", "energy_method"}) out[key] = live.json[key];
  for (const char* key :
       {"cpu_util_pct", "gpu_util_pct", "gpu_temp_c", "gpu_power_w", "peak_rss_bytes", "peak_gpu_bytes", "throttle_reasons"})
    out[key] = live.json["telemetry"][key];
  for (const char* key :
       {"build_commit", "libtorch", "device", "device_name", "data_hash", "data_source", "n_params", "flops_per_image", "workers",
        "cache", "auto_cache", "augment_on", "precision", "graph", "convolution", "threads", "test_time", "machine"})
    out["resolved"][key] = live.json[key];
  out["resolved"]["classes"] = live.json["class_names"].size();
  add_stages(out, live.json);
  if (options.alone) add_alone(out, pinned_to(e, out["resolved"]), live.json, options, scratch.path());
  if (options.library) add_library(out, pinned_to(e, out["resolved"]), options, scratch.path());
  return out;
}

bool is_repetition(const Json& r) {
  const auto texts = [](const Json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& text) { return text.is_string(); });
  };
  const auto has = [](const Json& object, const char* key, auto is) {
    const auto found = object.find(key);
    return found != object.end() && is(*found);
  };
  const auto number = [](const Json& j) { return j.is_number(); };
  const auto integer = [](const Json& j) { return j.is_number_integer(); };
  const auto text = [](const Json& j) { return j.is_string(); };
  if (!r.is_object()) return false;
  if (r.contains("error")) return has(r, "error", text);
  const auto reasons = [&](const Json& j) { return j.is_null() || texts(j); };
  if (!has(r, "ips", number) || !has(r, "taints", texts) || !has(r, "throttle_reasons", reasons) ||
      !has(r, "resolved", [](const Json& j) { return j.is_object(); }))
    return false;
  const Json& resolved = r["resolved"];
  for (const char* key : {"build_commit", "libtorch", "device", "cache", "augment_on", "precision", "test_time"})
    if (!has(resolved, key, text)) return false;
  for (const char* key : {"n_params", "flops_per_image", "workers", "threads"})
    if (!has(resolved, key, integer)) return false;
  if (resolved.contains("convolution") && !has(resolved, "convolution", text)) return false;
  if (resolved.contains("classes") && !has(resolved, "classes", integer)) return false;
  return has(resolved, "graph", [](const Json& j) { return j.is_boolean(); }) &&
         has(resolved, "machine", [&](const Json& machine) { return machine.is_object() && has(machine, "cpus_usable", integer); });
}

Experiment pinned(const Experiment& e, const std::vector<Json>& repetitions) {
  const auto worked = std::find_if(repetitions.begin(), repetitions.end(), [](const Json& r) { return r.contains("resolved"); });
  return worked == repetitions.end() ? e : pinned_to(e, (*worked)["resolved"]);
}

void fold(Row& row, const std::vector<Json>& repetitions) {
  row.status = "ok";
  std::vector<Json> good;
  for (const Json& r : repetitions) {
    if (r.contains("error")) {
      row.status = "failed";
      row.error = r["error"];
      continue;
    }
    good.push_back(r);
    if (const auto& reasons = r["throttle_reasons"]; reasons.is_array()) {
      if (!row.throttle_reasons) row.throttle_reasons.emplace();
      add_distinct(*row.throttle_reasons, reasons.get<std::vector<std::string>>());
    }
  }
  if (good.empty()) return;
  if (!of_the_same_pictures(good)) {
    row.status = "failed";
    row.error = "its repetitions are of different pictures: measure it anew";
    return;
  }
  if (const std::string differs = mixture(good); !differs.empty()) {
    row.status = "failed";
    row.error = "the repetitions are of different settings: " + differs;
    return;
  }
  row.taints = folded_taints(good);
  row.samples_ips = numbers(good, "ips");
  row.samples_pipeline_only_ips = numbers(good, "pipeline_only_ips");
  row.samples_compute_only_ips = numbers(good, "compute_only_ips");
  row.samples_library_ips = numbers(good, "library_ips");
  row.samples_data_wait_pct = numbers(good, "data_wait_pct");
  row.samples_loader_ips = numbers(good, "loader_ips");
  row.samples_network_ips = numbers(good, "network_ips");
  row.samples_loader_core_pct = numbers(good, "loader_core_pct");
  row.samples_counted_seconds = numbers(good, "counted_seconds");
  row.samples_device_wait_pct = numbers(good, "device_wait_pct");
  row.samples_copy_wait_pct = numbers(good, "copy_wait_pct");
  row.worker_read_us = middle(good, "worker_read_us");
  row.worker_decode_us = middle(good, "worker_decode_us");
  row.worker_augment_us = middle(good, "worker_augment_us");
  row.read_us = middle(good, "read_us");
  row.decode_us = middle(good, "decode_us");
  row.augment_us = middle(good, "augment_us");
  row.copy_us = middle(good, "copy_us");
  row.forward_us = middle(good, "forward_us");
  row.backward_us = middle(good, "backward_us");
  row.optimizer_us = middle(good, "optimizer_us");
  row.cpu_util_pct = middle(good, "cpu_util_pct");
  row.gpu_util_pct = middle(good, "gpu_util_pct");
  row.gpu_temp_c = middle(good, "gpu_temp_c");
  row.gpu_power_w = middle(good, "gpu_power_w");
  row.energy_j = middle(good, "energy_j");
  row.images_per_j = middle(good, "images_per_j");
  row.energy_method = text_of(good.back(), "energy_method");
  row.peak_rss_bytes = middle(good, "peak_rss_bytes");
  row.peak_gpu_bytes = middle(good, "peak_gpu_bytes");
  describe(row, good.back()["resolved"]);
  summarize(row);
}

}  // namespace cnnbench
