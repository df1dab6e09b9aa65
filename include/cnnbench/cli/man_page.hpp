// Man pages (section 1, macros of man(7)) from the same definitions as --help.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace cnnbench {

// Of the command at `path` ("train", "data check"); empty: of the program. `date` as 2026-11-28. Throws Error(usage) where there is
// no such command.
std::string man_page(CLI::App& app, const std::string& path, const std::string& date);

}  // namespace cnnbench
