#include "cnnbench/cli/help_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cnnbench/cli/command_notes.hpp"
#include "cnnbench/cli/full_screen.hpp"
#include "cnnbench/cli/option_words.hpp"

namespace cnnbench {
namespace {

struct HelpRow {
  std::string name, meaning;
};

// Lines of `text` of at most `width` columns, the further ones indented; the first begins in column `at`.
std::string wrapped(const std::string& text, std::size_t at, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = at;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool first = out.empty();
    if (!first && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

// Two columns; a name that is wider than the first one has its meaning in the next line.
std::string table(const char* title, const std::vector<HelpRow>& rows, std::size_t width) {
  if (rows.empty()) return {};
  std::size_t column = 0;
  for (const HelpRow& row : rows) column = std::max(column, row.name.size() + 4);
  column = std::min<std::size_t>(column, 28);
  std::string text = fmt::format("\n{}:\n", title);
  for (const HelpRow& row : rows) {
    text += "  " + row.name;
    text += row.name.size() + 4 <= column ? std::string(column - row.name.size() - 2, ' ') : "\n" + std::string(column, ' ');
    text += wrapped(row.meaning, column, column, width) + "\n";
  }
  return text;
}

std::string named(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  const std::string value = value_of(option);
  return fmt::format("{}{}{}{}", option.get_snames().empty() ? "    " : "", fmt::join(names, ", "), value.empty() ? "" : " ",
                     value);
}

std::vector<const CLI::Option*> visible(const CLI::App& command) {
  std::vector<const CLI::Option*> all;
  for (const CLI::Option* option : command.get_options())
    if (!option->get_group().empty()) all.push_back(option);
  return all;
}

std::vector<HelpRow> arguments(const CLI::App& command) {
  std::vector<HelpRow> rows;
  for (const CLI::Option* option : visible(command))
    if (const std::string argument = argument_of(*option); !argument.empty()) rows.push_back({argument, meaning_of(*option)});
  return rows;
}

std::vector<HelpRow> options(const CLI::App& command) {
  std::vector<HelpRow> rows;
  for (const CLI::Option* option : visible(command)) {
    if (!is_named(*option)) continue;
    const std::string argument = argument_of(*option);
    rows.push_back({named(*option), argument.empty() ? meaning_of(*option) : "the same as " + argument});
  }
  return rows;
}

// Of the program, which may stand behind every command.
std::vector<HelpRow> global_options(const CLI::App& command) {
  std::vector<HelpRow> rows;
  const CLI::App* program = &command;
  while (program->get_parent() != nullptr) program = program->get_parent();
  if (program == &command) return rows;
  for (const CLI::Option* option : visible(*program))
    if (option != program->get_help_ptr() && option->get_name() != "--version")
      rows.push_back({named(*option), meaning_of(*option)});
  return rows;
}

std::string usage(const CLI::App& command, const std::string& path) {
  std::string line = fmt::format("cnnbench{}{} [OPTION]...", path.empty() ? "" : " ", path);
  if (!command.get_subcommands(nullptr).empty()) return line + " COMMAND";
  for (const CLI::Option* option : visible(command))
    if (const std::string argument = argument_of(*option); !argument.empty())
      line += option->get_required() ? " " + argument : fmt::format(" [{}]", argument);
  return line;
}

std::vector<HelpRow> commands(const CLI::App& command) {
  std::vector<HelpRow> rows;
  for (const CLI::App* sub : command.get_subcommands(nullptr))
    if (!sub->get_group().empty()) rows.push_back({sub->get_name(), sub->get_description()});
  return rows;
}

std::string notes_text(const CommandNotes& notes, std::size_t width) {
  std::string text = notes.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const Example& e : notes.examples)
    text += fmt::format("  {}\n      {}\n", e.line, wrapped(std::string(e.what), 6, 6, width));
  std::vector<std::string> codes;
  for (const int code : notes.exit_codes) codes.push_back(fmt::format("{} {}", code, meaning_of_exit_code(code)));
  const std::string title = "\nExit codes: ";
  return text + title + wrapped(fmt::format("{}", fmt::join(codes, ", ")), title.size() - 1, 2, width) + "\n";
}

}  // namespace

std::string help_text(const CLI::App& command, const std::string& path, std::size_t width) {
  std::string text = wrapped(command.get_description(), 0, 0, width) + "\n\n";
  text += wrapped("Usage: " + usage(command, path), 0, 7, width) + "\n";
  text += table("Commands", commands(command), width);
  text += table("Arguments", arguments(command), width);
  text += table("Options", options(command), width);
  text += table("Global options", global_options(command), width);
  if (const CommandNotes* notes = notes_of(path)) text += notes_text(*notes, width);
  if (!commands(command).empty())
    text += "\n" +
            wrapped(fmt::format("cnnbench help {}{}COMMAND has the options and examples of each.", path, path.empty() ? "" : " "),
                    0, 0, width) +
            "\n";
  text.pop_back();
  return text;
}

std::size_t help_width() {
  constexpr int least = 50, most = 110;
  if (isatty(STDOUT_FILENO) != 1) return 80;
  return static_cast<std::size_t>(std::clamp(screen_size(STDOUT_FILENO).columns, least, most));
}

}  // namespace cnnbench
