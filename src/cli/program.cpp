#include "cnnbench/cli/program.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/completion_words.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/environment.hpp"
#include "cnnbench/cli/help_text.hpp"
#include "cnnbench/core/nearest.hpp"

namespace cnnbench {
namespace {

std::string path_of(const CLI::App* command) {
  std::string path = command->get_name();
  for (command = command->get_parent(); command != nullptr && command->get_parent() != nullptr; command = command->get_parent())
    path = command->get_name() + " " + path;
  return path;
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_group().empty()) names.push_back(command->get_name());  // a command without a group is hidden
  return names;
}

// As it stands on the command line, the commands that were recognized.
CLI::App* deepest_parsed(CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string see_help(const CLI::App& app) {
  return app.get_parent() == nullptr ? "see cnnbench --help" : fmt::format("see cnnbench {} --help", path_of(&app));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* a = &app; a != nullptr; a = a->get_parent())
    for (const CLI::Option* option : a->get_options())
      if (!option->get_group().empty())
        for (const std::string& name : option->get_lnames()) names.push_back(name);
  return names;
}

// "--epochs" is the key train.epochs: whoever guesses is told the --set that does it.
std::string key_called(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  for (const KeyWords& known : config_key_words())
    if (known.key.ends_with("." + name)) return known.key;
  return {};
}

Error unexpected(CLI::App& command, const std::string& word, const std::string& next) {
  const std::string name = Console::safe(word);
  if (!word.starts_with("-")) return {ExitCode::usage, fmt::format("'{}' was not expected", name), see_help(command)};
  const std::size_t dashes = word.find_first_not_of('-'), end = word.find('=');
  const std::string bare = dashes == std::string::npos ? "" : word.substr(dashes, end == std::string::npos ? end : end - dashes);
  const std::string value = end == std::string::npos ? next : word.substr(end + 1);
  if (const std::string key = key_called(bare); !key.empty() && command.get_option_no_throw("--set") != nullptr)
    return {ExitCode::usage, fmt::format("there is no option {}", name),
            fmt::format("{} is a key of the config: --set {}={}", key, key,
                        value.empty() || value.starts_with("-") ? "VALUE" : Console::safe(value))};
  const auto meant = nearest(bare, option_names(command));
  return {ExitCode::usage, fmt::format("there is no option {}{}", name, meant ? fmt::format(" (nearest: --{})", *meant) : ""),
          see_help(command)};
}

void add_help(CLI::App& app) {
  const auto path = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "the help of a command");
  command->add_option("command", *path, "train, or data check; none: the program's")->type_name("COMMAND");
  command->callback([&app, path] {
    const std::string name = fmt::format("{}", fmt::join(*path, " "));
    const CLI::App* asked = path->empty() ? &app : find_command(app, name);
    if (asked == nullptr)
      throw Error(ExitCode::usage, fmt::format("there is no command '{}'", Console::safe(name)), "see cnnbench --help");
    Console::get().result(help_of(*asked));
  });
}

// CLI11 asks it for what --help prints.
class Formatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* command, std::string, CLI::AppFormatMode) const override {
    return help_of(*command) + "\n";
  }
};

}  // namespace

void build_program(CLI::App& app, GlobalFlags& flags) {
  app.description("cnnbench measures how fast this machine trains convolutional networks, and says what holds it back.");
  app.name("cnnbench");
  app.set_help_flag("-h,--help", "prints this help");  // of the commands too: they take it over
  app.set_version_flag("--version", version_text, "prints the version");
  app.add_flag("-q,--quiet", flags.quiet, "results and errors only");
  app.add_flag("-v,--verbose", flags.verbose, "more words");
  app.add_flag("--no-color", flags.no_color, "no colours (so does NO_COLOR)");
  app.require_subcommand(1);
  app.fallthrough();                             // so that -q may stand behind the command too
  app.formatter(std::make_shared<Formatter>());  // before the commands, which take it over
  for (const auto add : {add_train, add_bench, add_predict, add_preview, add_summary, add_config, add_data, add_info, add_tune,
                         add_compare, add_verify, add_report, add_project, add_schema, add_completion, add_man, add_help})
    add(app);
}

std::string help_of(const CLI::App& command) {
  return help_text(command, command.get_parent() == nullptr ? "" : path_of(&command), help_width());
}

CLI::App* find_command(CLI::App& app, const std::string& path) {
  CLI::App* command = &app;
  std::istringstream words(path);
  for (std::string word; words >> word;) {
    const std::vector<CLI::App*> named = command->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    if (named.empty()) return nullptr;
    command = named.front();
  }
  return command;
}

std::optional<Error> unknown_command(CLI::App& app) {
  const CLI::App* command = deepest_parsed(&app);
  const std::vector<std::string> left = app.remaining(true);
  const auto word = std::find_if(left.begin(), left.end(), [](const std::string& w) { return !w.starts_with("-"); });
  if (command->get_require_subcommand_min() == 0 || !command->get_subcommands().empty() || word == left.end()) return std::nullopt;
  const std::vector<std::string> names = names_of_commands(*command);
  const std::string within = command == &app ? "" : fmt::format("{} ", path_of(command));
  const auto meant = nearest(*word, names);
  return Error(
      ExitCode::usage, fmt::format("there is no command '{}{}'", within, Console::safe(*word)),
      meant ? fmt::format("did you mean: cnnbench {}{}", within, *meant) : fmt::format("one of {}", fmt::join(names, ", ")));
}

void require_one_process(const CLI::App& app, const Launch& launch) {
  if (launch.size == 1) return;
  for (const CLI::App* command : app.get_subcommands()) {
    const std::string& name = command->get_name();
    if (name == "train" || name == "info" || name == "help") continue;
    throw Error(ExitCode::usage,
                fmt::format("{} started {} processes, and {} is the work of one", launch.launcher, launch.size, name),
                "train runs in ranks; start this without the launcher");
  }
}

Error usage_error(CLI::App& app, const CLI::ParseError& error) {
  if (std::optional<Error> unknown = unknown_command(app)) return *unknown;
  CLI::App* command = deepest_parsed(&app);
  const std::vector<std::string> left = app.remaining(true);
  if (command->get_require_subcommand_min() > 0 && command->get_subcommands().empty())
    return {ExitCode::usage, fmt::format("cnnbench {}wants a command", command == &app ? "" : fmt::format("{} ", path_of(command))),
            fmt::format("one of {}", fmt::join(names_of_commands(*command), ", "))};
  if (!left.empty()) {
    const auto option = std::find_if(left.begin(), left.end(), [](const std::string& w) { return w.starts_with("-"); });
    const auto first = option == left.end() ? left.begin() : option;
    return unexpected(*command, *first, first + 1 == left.end() ? "" : *(first + 1));
  }
  std::string what = error.what();
  std::replace(what.begin(), what.end(), '\n', ' ');
  if (what == "--config is required")
    return {ExitCode::usage, fmt::format("{} needs a config", path_of(command)),
            fmt::format("name a file, or a shipped one: cnnbench {} catdog_original", path_of(command))};
  return {ExitCode::usage, Console::safe(what), see_help(*command)};
}

}  // namespace cnnbench
