#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/schemas.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/core/error.hpp"
#include "cnnbench/core/json_text.hpp"

namespace cnnbench {
namespace {

constexpr const char* config = "config";

std::string list() {
  std::string text = fmt::format("{:<12}{}\n", config, "a config file");
  for (const DocumentSchema& s : document_schemas()) text += fmt::format("{:<12}{}\n", s.name, s.of);
  text.pop_back();
  return text;
}

void schema_command(const std::string& name) {
  if (name.empty()) return Console::get().result(list());
  if (name == config) return Console::get().result(json_text(json_schema()));
  const auto& all = document_schemas();
  const auto found = std::find_if(all.begin(), all.end(), [&](const DocumentSchema& s) { return s.name == name; });
  if (found == all.end())
    throw Error(ExitCode::usage, fmt::format("there is no schema '{}'", Console::safe(name)), "cnnbench schema lists them");
  Console::get().result(json_text(found->make()));
}

}  // namespace

void add_schema(CLI::App& app) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("schema", "JSON Schema of what a command writes as JSON; without a name: which there are");
  command->add_option("name", *name, "result, row, compare, ...");
  command->callback([name] { schema_command(*name); });
}

}  // namespace cnnbench
