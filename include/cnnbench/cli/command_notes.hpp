// What --help and the man pages say of a command beyond its options: examples that run, exit codes, files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cnnbench {

struct Example {
  std::string_view line, what;
};

struct CommandNotes {
  std::string_view command;  // "data check"
  std::vector<Example> examples;
  std::vector<int> exit_codes;
  std::string_view files = "";  // that it reads and writes; empty: those that are named on its command line
};

const std::vector<CommandNotes>& command_notes();
const CommandNotes* notes_of(std::string_view command);  // null: none

std::string_view meaning_of_exit_code(int code);

struct Variable {
  std::string_view name, what;
};
// Environment variables that the program heeds, for the man pages.
const std::vector<Variable>& environment_variables();

}  // namespace cnnbench
