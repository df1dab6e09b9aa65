#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/nn_library.hpp"
#include "cnnbench/core/build_info.hpp"
#include "cnnbench/measure/machine.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

Json build_record() {
  const BuildInfo build = build_info();
  return {{"version", build.version},
          {"commit", build.commit},
          {"compiler", build.compiler},
          {"build_type", build.build_type},
          {"optimized", build.optimized}};
}

Json torch_record() {
  Json info = nn_api().torch_info();
  info["folder"] = nn_torch_folder().lib.string();
  info["found"] = nn_torch_folder().source;
  return info;
}

std::string plain(const Json& value) { return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump(); }

// One `key: value` line per leaf, nested objects by dotted keys.
void add_lines(const Json& object, const std::string& prefix, std::string& text) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object())
      add_lines(value, prefix + key + ".", text);
    else
      text += fmt::format("{:<28} {}\n", prefix + key, plain(value));
  }
}

void info_command(bool json) {
  const Json record{{"schema_version", 1}, {"build", build_record()}, {"torch", torch_record()}, {"machine", machine_record()}};
  if (json) return Console::get().result(record.dump(2));
  std::string text;
  add_lines(record, "", text);
  text.pop_back();
  Console::get().result(text);
}

}  // namespace

void add_info(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("info", "this build, the libtorch it found, and this machine");
  command->add_flag("--json", *json, "as JSON");
  command->callback([json] { info_command(*json); });
}

}  // namespace cnnbench
