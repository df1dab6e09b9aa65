#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "cnnbench/cli/bench_cell.hpp"
#include "cnnbench/cli/bench_plan.hpp"
#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/known_samples.hpp"
#include "cnnbench/cli/output_options.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/files.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/data/dataset.hpp"
#include "cnnbench/measure/machine.hpp"
#include "cnnbench/measure/tune.hpp"
#include "cnnbench/pipeline/operations.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

struct TuneCommandOptions {
  std::string config, file;
  std::vector<std::string> sets;
  int pairs = 6, max_batch = 512;
  double timeout_seconds = 600;
  bool keep_batch = false, resume = false;
  OutputOptions output;
};

Experiment loaded(const TuneCommandOptions& options, std::vector<std::string> before, const std::vector<std::string>& after) {
  before.insert(before.end(), options.sets.begin(), options.sets.end());
  before.insert(before.end(), after.begin(), after.end());
  Hints hints;
  Experiment e = load_experiment(find_config(options.config), {.sets = before, .environment = process_environment()}, &hints);
  require_data_path(e.data);
  return e;
}

std::vector<std::string> doubled(int from, int to) {
  std::vector<std::string> values;
  for (int v = 2 * from; v <= to; v *= 2) values.push_back(std::to_string(v));
  return values;
}

// What may be faster than what a first run resolved. A cache that keeps less, or float32 after bfloat16, does strictly more work.
std::vector<TuneAxis> axes_for(const Experiment& e, const Json& resolved, const TuneCommandOptions& options) {
  const bool cuda = resolved["device"].get<std::string>().starts_with("cuda");
  const int cores = resolved["machine"]["cpus_usable"], workers = resolved["workers"];
  const std::string cache = resolved["cache"], on = resolved["augment_on"], precision = resolved["precision"];
  std::vector<TuneAxis> axes;
  if (e.train.profile == Profile::tutorial) axes.push_back({"train.profile", "tutorial", {"auto"}, false});
  std::vector<std::string> caches{"none", "encoded", "decoded"};
  if (cuda) caches.emplace_back("device");
  caches.erase(caches.begin(), std::min(caches.end(), std::find(caches.begin(), caches.end(), cache) + 1));
  std::reverse(caches.begin(), caches.end());  // the one that saves most first: the others then have to beat it
  if (!caches.empty()) axes.push_back({"loader.cache", cache, caches, false});
  if (cuda && on != "device") axes.push_back({"augment.on", on, {"device"}, false});
  if (on == "cpu" && interpolates(e.augment)) {
    const bool fused = e.augment.backend == AugmentBackend::fused;
    axes.push_back({"augment.backend", std::string(name_of(e.augment.backend)), {fused ? "opencv" : "fused"}, false});
  }
  std::vector<std::string> counts = doubled(workers, cores);
  if (workers > 1) counts.insert(counts.begin(), std::to_string(workers / 2));
  if (!counts.empty()) axes.push_back({"loader.workers", std::to_string(workers), counts, false});
  if (precision == "float32") axes.push_back({"train.precision", precision, {"bfloat16"}, false});
  if (!options.keep_batch)
    axes.push_back(
        {"loader.batch_size", std::to_string(e.loader.batch_size), doubled(e.loader.batch_size, options.max_batch), true});
  return axes;
}

std::string line(const TuneStep& s) {
  if (s.before.empty()) return fmt::format("{}={}: {}", s.key, s.to, s.why);
  return fmt::format("{} {} -> {}: {} -> {} images/s, {:.2f}x{}, {}{}", s.key, s.from, s.to, speed_text(median(s.before)),
                     speed_text(median(s.after)), s.ratio.value, interval_text(s.ratio), s.kept ? "kept" : "dropped",
                     s.why.empty() ? "" : ": " + s.why);
}

// Whether the whole is faster at the end, not only each step when it was tried.
bool confirmed(const Tuned& t) { return t.gain.interval ? t.gain.interval->low > 1 : t.gain.value > 1; }

bool changes_batch(const Tuned& tuned) {
  return std::any_of(tuned.sets.begin(), tuned.sets.end(),
                     [](const std::string& s) { return s.starts_with("loader.batch_size="); });
}

// Goyal et al., Accurate, Large Minibatch SGD (2017), for the rule and where it ends.
const char* const batch_warning =
    "a larger batch means fewer steps an epoch and may cost accuracy: train to the end before you trust it; a learning rate that "
    "grows "
    "with the batch often helps";

std::string text_of(const Tuned& tuned) {
  std::string text;
  for (const TuneStep& s : tuned.steps) text += line(s) + "\n";
  if (tuned.contradicted) {
    text += fmt::format(
        "warning: measured at the end the whole is slower, {:.2f}x{}: the config stays as it is; the machine was too noisy, take "
        "more pairs (-r)\n",
        tuned.gain.value, interval_text(tuned.gain));
  } else if (tuned.sets.empty()) {
    text += "nothing was faster: the config stays as it is\n";
  } else {
    text += fmt::format("in all {} -> {} images/s: {:.2f}x{}, measured at the end\n", speed_text(median(tuned.first)),
                        speed_text(median(tuned.last)), tuned.gain.value, interval_text(tuned.gain));
    if (!confirmed(tuned)) text += "warning: the end does not confirm the steps: the machine was too noisy, take more pairs (-r)\n";
    text += "use:";
    for (const std::string& set : tuned.sets) text += " --set " + set;
    text += "\n";
    if (changes_batch(tuned)) text += fmt::format("warning: {}\n", batch_warning);
  }
  text += fmt::format("{} processes; every combination would have taken {}", tuned.processes, tuned.grid_processes);
  return text;
}

}  // namespace

template <>
struct Fields<Ratio> {
  static constexpr std::string_view name = "ratio", text = "A speed over another.";
  static void of(auto& r, auto&& field) {
    field("value", r.value, "Of the medians.", not_negative);
    field("low", r.interval ? std::optional<double>(r.interval->low) : std::nullopt, "95 % interval. null: too few pairs.");
    field("high", r.interval ? std::optional<double>(r.interval->high) : std::nullopt, "Its other end.");
  }
};

template <>
struct Fields<TuneStep> {
  static constexpr std::string_view name = "step", text = "One candidate against the best so far.";
  static void of(auto& s, auto&& field) {
    field("key", s.key, "As for --set.");
    field("from", s.from, "Its value so far.");
    field("to", s.to, "The candidate.");
    field("samples_before_ips", s.before, "Images per second, a process each, in pairs.", not_negative);
    field("samples_after_ips", s.after, "Likewise.", not_negative);
    field("ratio", s.ratio, "After / before.");
    field("kept", s.kept, "It is part of sets.");
    field("why", s.why, "Not kept, or how sure that is.");
  }
};

template <>
struct Fields<Tuned> {
  static constexpr std::string_view name = "tune", text = "A search for fast settings.";
  static constexpr int version = 1;
  static void of(auto& t, auto&& field) {
    std::vector<std::string> warnings;
    if (changes_batch(t)) warnings.emplace_back(batch_warning);
    field("steps", t.steps, "In the order in which they were tried.");
    field("sets", t.sets, "What was kept, as for --set.");
    field("samples_first_ips", t.first, "At the end once more, in pairs: as it was.", not_negative);
    field("samples_last_ips", t.last, "Likewise, with all sets.", not_negative);
    field("gain", t.gain, "Last / first.");
    field("confirmed", confirmed(t), "The end confirms the steps.");
    field("contradicted", t.contradicted, "The end proves it slower: nothing is recommended, sets is empty.");
    field("processes", t.processes, "That were measured.", not_negative);
    field("grid_processes", t.grid_processes, "That every combination would have taken.", not_negative);
    field("warnings", std::vector<std::string>(warnings), "What sets may cost.");
  }
};

Json tune_schema() { return document_schema<Tuned>("cnnbench tune --json"); }

namespace {

// What its samples are of.
Json described(const TuneCommandOptions& options, const Experiment& base) {
  const Json record = machine_record();
  return {{"config", to_json(base)},
          {"build", build_info().commit},
          {"machine", {record["hostname_hash"], record["cpu_info"], record["cpus_usable"]}},
          {"pairs", options.pairs},
          {"max_batch", options.max_batch},
          {"keep_batch", options.keep_batch}};
}

void tune_command(const TuneCommandOptions& options) {
  if (!options.file.empty()) require_place_for(options.file);
  if (options.resume && options.file.empty())
    throw Error(ExitCode::usage, "--resume needs --export FILE", "samples are kept beside that file as they are measured");
  catch_stop_signals();
  const Experiment base = loaded(options, short_run_sets, {});
  const RepetitionOptions how{.timeout_seconds = options.timeout_seconds, .alone = false};
  KnownSamples known(options.file, options.resume, described(options, base));
  Console::get().say("a first run: what the config resolves to");
  const Json first = known.next({"first"}, [&] { return repeat_cell(base, how); });
  if (first.contains("error"))
    throw Error(ExitCode::failed, "the config as it is failed: " + first["error"].get<std::string>(), "mend that first");
  std::map<std::vector<std::string>, std::vector<Json>> samples{{{}, {first}}};  // each candidate is resolved once
  const MeasureSets measure = [&](const std::vector<std::string>& sets) {
    std::string words;
    for (const std::string& set : sets) words += " " + set;
    Console::get().redraw(fmt::format("tune:{}", words.empty() ? " as it is" : words));
    Json sample;
    try {
      std::vector<Json>& earlier = samples[sets];
      sample = known.next(sets, [&] { return repeat_cell(pinned(loaded(options, short_run_sets, sets), earlier), how); });
      if (earlier.empty()) earlier.push_back(sample);
    } catch (const Error&) {
      if (stop_signal() != 0) throw;
      sample = {{"error", "refused"}};  // a value that this config cannot have
    }
    const double ips = sample.contains("error") ? std::nan("") : sample["ips"].get<double>();
    if (Console::get().verbose()) Console::get().say(fmt::format("tune:{}: {} images/s", words, speed_text(ips)));
    return ips;
  };
  Tuned tuned;
  try {
    tuned = tune(axes_for(base, first["resolved"], options), measure, {.pairs = options.pairs});
  } catch (const Error&) {
    Console::get().close_line();
    if (stop_signal() == 0) throw;
    Console::get().say(known.are_kept() ? "stopped; the same command with --resume goes on" : "stopped");
    return set_exit_status(static_cast<ExitCode>(128 + stop_signal()));
  }
  Console::get().close_line();
  options.output.put([&] { return text_of(tuned); }, [&] { return document(tuned); });
  if (options.file.empty()) return;
  write_atomic(options.file, json_text(to_json(loaded(options, {}, tuned.sets))) + "\n");
  known.remove();
  Console::get().say("written: " + options.file);
}

}  // namespace

void add_tune(CLI::App& app) {
  const auto o = std::make_shared<TuneCommandOptions>();
  CLI::App* command =
      app.add_subcommand("tune", "searches cache, backend, workers, precision, batch size; shows what each step gained");
  command->add_option("-c,--config,config", o->config, "a config file, or the name of a shipped one")
      ->required()
      ->type_name("CONFIG");
  command->add_option("--set", o->sets, "override a key")->type_name("KEY=VALUE")->allow_extra_args(false);
  command->add_option("-r,--pairs", o->pairs, "pairs of runs per candidate, at most; fewer than 6 prove nothing")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->add_option("--max-batch", o->max_batch, "largest batch size that is tried")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 20));
  command->add_flag("--keep-batch", o->keep_batch, "leave the batch size as it is");
  command->add_option("--timeout", o->timeout_seconds, "seconds per process")->capture_default_str()->check(CLI::Range(0.1, 1e9));
  command->add_option("--export", o->file, "write the tuned config to this file; until then FILE.samples has what was measured")
      ->type_name("FILE");
  command->add_flag("--resume", o->resume, "go on with FILE.samples of a search that was stopped or killed");
  o->output.add_to(*command, OutputOptions::Export::own);
  command->callback([o] { tune_command(*o); });
}

}  // namespace cnnbench
