// What --help prints: usage, arguments, options, examples, exit codes, wrapped to a width. In a pipe that is 80 columns.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace cnnbench {

// `path` names the command ("data check"); empty: the program.
std::string help_text(const CLI::App& command, const std::string& path, std::size_t width);

// Of standard output: a terminal's, within what reads well; else 80.
std::size_t help_width();

}  // namespace cnnbench
