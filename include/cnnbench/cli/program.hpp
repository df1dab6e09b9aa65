// The whole program as CLI11 sees it: every command with its options, examples and exit codes. What is said about the commands
// (--help, man pages, completions) is derived from it, and so can't differ from what is parsed.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "cnnbench/core/error.hpp"
#include "cnnbench/core/launch.hpp"

namespace cnnbench {

struct GlobalFlags {
  bool quiet = false, verbose = false, no_color = false;
};

// Adds all commands to `app`; `flags` is filled in when a command line is parsed, and must live as long as `app`.
void build_program(CLI::App& app, GlobalFlags& flags);

// The command that `path` names ("data check"), null where there is none.
CLI::App* find_command(CLI::App& app, const std::string& path);

// What --help prints for it.
std::string help_of(const CLI::App& command);

// Where a command line names a command that is not there, with --help or without.
std::optional<Error> unknown_command(CLI::App& app);

// Why a command line could not be parsed, in the program's manner: what is wrong, and what to write instead (the nearest command,
// the --set that does it, the --help to read). `app` has just thrown `error`.
Error usage_error(CLI::App& app, const CLI::ParseError& error);

// Error(usage) where a launcher started several processes of a command that is one's: all but train, and those that only tell.
void require_one_process(const CLI::App& app, const Launch&);

}  // namespace cnnbench
