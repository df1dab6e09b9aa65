#include "cnnbench/results/run_state.hpp"

#include <fmt/format.h>

#include "cnnbench/core/json_text.hpp"
#include "read_fields.hpp"
#include "result_fields.hpp"

namespace cnnbench {

template <>
struct Fields<RunState> {
  static constexpr std::string_view name = "run_state", text = "Where a run stands.";
  static constexpr int version = 1;
  static void of(auto& s, auto&& field) {
    field("epoch", s.epoch, "That it is in, counted from 1.", at_least_1);
    field("step", s.step, "Its steps that are done.", not_negative);
    field("steps_per_epoch", s.steps_per_epoch, "Of a whole one.", at_least_1);
    field("best_val_accuracy", s.best_val_accuracy, "Of the validations so far. null: none.", share);
    field("validations_since_best", s.validations_since_best, "Without a better one.", not_negative);
    field("until_steady", s.until_steady, "It ends once the speed has settled.");
    field("keep_first_losses", s.keep_first_losses, "So many.", not_negative);
    field("elapsed", s.elapsed, "Seconds of the run so far.", not_negative);
    field("paused_seconds", s.paused_seconds, "Beside them.", not_negative);
    field("epoch_seconds", s.epoch_seconds, "Of the epoch so far.");
    field("epoch_telemetry", s.epoch_telemetry, "Of the epoch so far.");
    field("open_window", s.open_window, "The window that is not full.");
    field("windows_busy", s.windows_busy, "Seconds of the epoch's full windows.", not_negative);
    field("windows_wait", s.windows_wait, "Of those, waiting for data.", not_negative);
    field("stages", s.stages, "Of the run so far.");
    field("first_epoch_stages", s.first_epoch_stages, "Of its first epoch.");
    field("last_epoch_stages", s.last_epoch_stages, "Up to the end of its last epoch.");
    field("files", s.files, "Of the run folder, that grow: how long they were.", not_negative);
    field("result", s.result, "So far.");
  }
};

nlohmann::ordered_json to_json(const RunState& state) { return document(state); }

RunState run_state_from_json(const nlohmann::ordered_json& json, const std::string& source) {
  reading::Place place{source, "go on with the version of cnnbench that wrote it, or start the run again", 0, {}};
  reading::read(reading::member(json, "schema_version", place), place.version, place.at("schema_version"));
  if (place.version != Fields<RunState>::version)
    place.at("schema_version").fail(fmt::format("is {}, and this program reads {}", place.version, Fields<RunState>::version));
  place.version = result_schema_version;  // of what it holds
  RunState state;
  Fields<RunState>::of(state, reading::from(json, place));
  return state;
}

namespace {

// Environment variables that choose other instructions, or another order of sums.
constexpr const char* deciding_variables[] = {
    "ATEN_CPU_CAPABILITY",  "ONEDNN_MAX_CPU_ISA",      "ONEDNN_DEFAULT_FPMATH_MODE",      "MKL_ENABLE_INSTRUCTIONS",
    "NVIDIA_TF32_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"};

std::string variable_of(const RunResult& r, const char* name) {
  if (!r.software.is_object()) return "";
  const auto environment = r.software.find("environment");
  if (environment == r.software.end() || !environment->is_object()) return "";
  const auto value = environment->find(name);
  return value != environment->end() && value->is_string() ? value->get<std::string>() : "";
}

std::string flags_of(const RunResult& r) {
  return r.machine.is_object() && r.machine.contains("cpu_flags") ? json_line(r.machine["cpu_flags"]) : "";
}

std::string shown(const std::string& value) { return value.empty() ? "none" : value; }

}  // namespace

std::vector<std::string> differences(const RunResult& before, const RunResult& now) {
  std::vector<std::string> out;
  const auto compare = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) out.push_back(fmt::format("{}: {} before, {} now", what, shown(a), shown(b)));
  };
  const auto tell = [&](const std::string& what, bool same) {
    if (!same) out.push_back(what + " is another one");
  };
  tell("the config", before.config_hash == now.config_hash);
  compare("device", before.device, now.device);
  compare("processor or GPU", before.device_name, now.device_name);
  compare("ranks", fmt::format("{}", before.rank_count()), fmt::format("{}", now.rank_count()));
  compare("threads", fmt::format("{}", before.threads), fmt::format("{}", now.threads));
  compare("libtorch", before.libtorch, now.libtorch);
  compare("precision", before.precision, now.precision);
  compare("convolution", before.convolution, now.convolution);
  compare("augmentation", before.augment_on, now.augment_on);
  tell("the data set", before.data_hash == now.data_hash);
  tell("this build of cnnbench", before.binary_hash == now.binary_hash);
  tell("the processor's instruction set", flags_of(before) == flags_of(now));
  for (const char* name : deciding_variables) compare(name, variable_of(before, name), variable_of(now, name));
  return out;
}

}  // namespace cnnbench
