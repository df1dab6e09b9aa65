#include "cnnbench/cli/bench_cell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/core/process.hpp"
#include "cnnbench/core/read_json.hpp"
#include "cnnbench/core/scratch_folder.hpp"
#include "cnnbench/measure/statistics.hpp"
#include "cnnbench/pipeline/operations.hpp"
#include "cnnbench/results/repetition.hpp"
#include "cnnbench/results/run_result.hpp"
#include "cnnbench/results/taint.hpp"

namespace cnnbench {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

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

// The JSON document that a process of this program prints.
struct Reply {
  Json json;
  std::string error;  // empty: none
  bool memory = false;
};

Reply ask(const Experiment& e, const std::vector<std::string>& command, const RepetitionOptions& options, const fs::path& folder) {
  const fs::path config = folder / "cell.json";
  write_atomic(config, json_text(to_json(e)));
  ChildOptions child{
      .arguments = options.launcher, .timeout_seconds = options.timeout_seconds, .stop = [] { return stop_signal() != 0; }};
  child.arguments.push_back(fs::read_symlink("/proc/self/exe").string());
  child.arguments.insert(child.arguments.end(), command.begin(), command.end());
  child.arguments.insert(child.arguments.end(), {"--config", config.string(), "--json"});
  if (e.train.threads > 0) child.environment["OMP_NUM_THREADS"] = std::to_string(e.train.threads);
  const ChildOutcome outcome = run_child(child);
  if (outcome.stopped || stop_signal() != 0) throw Error(static_cast<ExitCode>(128 + stop_signal()), "stopped by a signal");
  if (outcome.exit_code != 0 || outcome.timed_out) {
    const std::string error = error_line(outcome, options.timeout_seconds);
    return {nullptr, error, was_memory(error, outcome.exit_code)};
  }
  Json json = read_json(outcome.output);
  if (json.is_object() && json.contains("runs")) json = Json(json["runs"].at(0));  // of train: one run a device
  return json.is_object() ? Reply{json, "", false} : Reply{nullptr, "the process printed no result", false};
}

// The same steps on pictures that need neither reading, decoding nor warping. What happens on the device stays.
Experiment compute_alone(Experiment e, const Json& live) {
  e.data.kind = DataKind::synthetic;
  e.data.path.clear();
  e.data.synthetic_classes = static_cast<int>(live["class_names"].size());
  const int pictures = e.loader.batch_size * std::max(20, 640 / e.loader.batch_size);
  e.data.limit_train = pictures;
  e.data.limit_validation = e.loader.batch_size;
  for (const Operation& operation : operations())
    if (operation.stage != Stage::floats && !operation.resizes) operation.leave_out(e.augment);
  if (e.loader.cache != CacheMode::device) e.loader.cache = CacheMode::decoded;
  e.loader.workers = 1;
  e.train.epochs = most_epochs;
  return e;
}

Experiment pinned_to(Experiment e, const Json& resolved) {
  for (const ResolvedKey& pin : resolved_keys)
    if (const auto fact = resolved.find(pin.fact); fact != resolved.end())
      e = changed(e, fmt::format("{}={}", pin.key, as_set(*fact)));
  return e;
}

void add_alone(Json& out, const Experiment& e, const Json& live, const RepetitionOptions& options, const fs::path& folder) {
  Experiment pipeline = e;
  if (live["cache"] == "device") pipeline.loader.cache = CacheMode::decoded;
  const Reply loader = ask(pipeline, {"data", "bench", "--seconds", fmt::format("{}", options.loader_seconds)}, options, folder);
  if (loader.error.empty()) {
    out["pipeline_only_ips"] = loader.json["pipeline_only_ips"];
    for (const char* key : {"read_us", "decode_us", "augment_us"}) out[key] = loader.json[key];
  }
  const Reply network =
      ask(compute_alone(e, live), {"train", "--until-steady", "--run", (folder / "alone").string()}, options, folder);
  if (network.error.empty()) out["compute_only_ips"] = network.json["images_per_second"];
  for (const Reply* answer : {&loader, &network})
    if (!answer->error.empty()) out["taints"].push_back(taint<Taint::alone_not_measured>(answer->error));
}

// The same with none of our own operations: what of the speed is the machine's and libtorch's, not this program's.
void add_library(Json& out, Experiment e, const RepetitionOptions& options, const fs::path& folder) {
  e.train.convolution = "library";
  const Reply live = ask(e, {"train", "--until-steady", "--run", (folder / "library").string()}, options, folder);
  if (live.error.empty())
    out["library_ips"] = live.json["images_per_second"];
  else
    out["taints"].push_back(taint<Taint::library_not_measured>(live.error));
}

// As many ranks side by side, each a network of its own: what is left of the speed when nothing is exchanged.
void add_apart(Json& out, Experiment e, const RepetitionOptions& options, const fs::path& folder) {
  e.train.exchange = GradientExchange::none;
  const Reply apart = ask(e, {"train", "--until-steady", "--run", (folder / "apart").string()}, options, folder);
  if (apart.error.empty()) {
    const RunResult r = run_result_from_json(apart.json, "train --json");
    out["apart_ips"] = r.images_per_second;
    if (r.ranks && r.ranks->step_seconds > 0) out["apart_slowest"] = r.ranks->slowest_step_seconds / r.ranks->step_seconds;
  } else {
    out["taints"].push_back(taint<Taint::apart_not_measured>(apart.error));
  }
}

}  // namespace

Json repeat_cell(const Experiment& e, const RepetitionOptions& options) {
  const ScratchFolder scratch;
  const Reply live = ask(e, {"train", "--until-steady", "--run", (scratch.path() / "live").string()}, options, scratch.path());
  if (!live.error.empty()) return {{"error", live.error}, {"memory", live.memory}};
  Json out = repetition_of(run_result_from_json(live.json, "train --json"));
  if (options.alone && options.ranks > 1)
    add_apart(out, pinned_to(e, out["resolved"]), options, scratch.path());
  else if (options.alone)
    add_alone(out, pinned_to(e, out["resolved"]), live.json, options, scratch.path());
  if (options.library) add_library(out, pinned_to(e, out["resolved"]), options, scratch.path());
  return out;
}

Experiment pinned(const Experiment& e, const std::vector<Json>& repetitions) {
  const auto worked = std::find_if(repetitions.begin(), repetitions.end(), [](const Json& r) { return r.contains("resolved"); });
  return worked == repetitions.end() ? e : pinned_to(e, (*worked)["resolved"]);
}

}  // namespace cnnbench
