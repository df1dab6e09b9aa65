#include "cnnbench/cli/man_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cnnbench/cli/command_notes.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/option_words.hpp"
#include "cnnbench/cli/program.hpp"
#include "cnnbench/core/build_info.hpp"

namespace cnnbench {
namespace {

// A line of text: what roff would take for itself is escaped.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '\n')
      out += ' ';
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string page_name(std::string path) {
  std::replace(path.begin(), path.end(), ' ', '-');
  return path.empty() ? "cnnbench" : "cnnbench-" + path;
}

std::string names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("\\fB\\-" + roff(name) + "\\fR");
  for (const std::string& name : option.get_lnames()) names.push_back("\\fB\\-\\-" + roff(name) + "\\fR");
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string options_text(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    text += ".TP\n";
    if (is_named(*option)) {
      const std::string value = value_of(*option);
      text += names_of(*option) + (value.empty() ? "" : " \\fI" + roff(value) + "\\fR") + "\n";
    } else {
      text += "\\fI" + roff(argument_of(*option)) + "\\fR\n";
    }
    text += roff(meaning_of(*option)) + "\n";
  }
  return text;
}

std::string synopsis(const CLI::App& app, const std::string& path) {
  std::string line = fmt::format(".B cnnbench{}\n", path.empty() ? "" : " " + roff(path));
  if (!app.get_subcommands(nullptr).empty()) return line + ".I COMMAND\n[\\fIOPTION\\fR]...\n";
  line += "[\\fIOPTION\\fR]...\n";
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional() || option->get_group().empty()) continue;
    const std::string name = "\\fI" + roff(argument_of(*option)) + "\\fR";
    line += (option->get_required() ? name : "[" + name + "]") + "\n";
  }
  return line;
}

std::string commands_text(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    if (!command->get_group().empty())
      text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(command->get_name()), roff(command->get_description()));
  return text;
}

std::string notes_text(const CommandNotes& notes) {
  std::string text = ".SH EXAMPLES\n";
  for (const Example& e : notes.examples) text += fmt::format(".TP\n.B {}\n{}\n", roff(e.line), roff(e.what));
  if (!notes.files.empty()) text += fmt::format(".SH FILES\n{}\n", roff(notes.files));
  text += ".SH EXIT STATUS\n";
  for (const int code : notes.exit_codes) text += fmt::format(".TP\n.B {}\n{}\n", code, roff(meaning_of_exit_code(code)));
  return text;
}

std::string see_also(const CLI::App& root, const std::string& path) {
  std::vector<std::string> pages;
  if (!path.empty()) pages.emplace_back("cnnbench");
  for (const CLI::App* command : root.get_subcommands(nullptr))
    if (!command->get_group().empty() && command->get_name() != path && path.empty())
      pages.push_back(page_name(command->get_name()));
  std::string text = ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < pages.size(); ++i)
    text += fmt::format(".BR {} (1){}\n", roff(pages[i]), i + 1 < pages.size() ? "," : "");
  return text;
}

}  // namespace

std::string man_page(CLI::App& app, const std::string& path, const std::string& date) {
  CLI::App* command = find_command(app, path);
  if (command == nullptr)
    throw Error(ExitCode::usage, fmt::format("there is no command '{}'", Console::safe(path)), "see cnnbench --help");
  std::string title = page_name(path);
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string text = fmt::format(".TH {} 1 {} \"cnnbench {}\" \"User Commands\"\n", roff(title), date, build_info().version);
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(page_name(path)), roff(command->get_description()));
  text += ".SH SYNOPSIS\n" + synopsis(*command, path);
  if (const std::string commands = commands_text(*command); !commands.empty()) text += ".SH COMMANDS\n" + commands;
  text += ".SH OPTIONS\n" + options_text(*command);
  if (command != &app) text += "The options of\n.BR cnnbench (1)\n(quiet, verbose, no\\-color) may stand here too.\n";
  if (const CommandNotes* notes = notes_of(path)) text += notes_text(*notes);
  text += ".SH ENVIRONMENT\n";
  for (const Variable& v : environment_variables()) text += fmt::format(".TP\n.B {}\n{}\n", roff(v.name), roff(v.what));
  return text + see_also(app, path);
}

}  // namespace cnnbench
