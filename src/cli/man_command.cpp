#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/console.hpp"
#include "cnnbench/cli/man_page.hpp"
#include "cnnbench/core/files.hpp"

namespace cnnbench {
namespace {

// https://reproducible-builds.org/specs/source-date-epoch: packages are built with it.
std::string date_of_page() {
  const char* set = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t seconds =
      set != nullptr && *set != '\0' ? static_cast<std::time_t>(std::strtoll(set, nullptr, 10)) : std::time(nullptr);
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds));
}

std::string page_of(CLI::App& app, const std::string& path) {
  std::string page = man_page(app, path, date_of_page());
  page.pop_back();
  return page;
}

// cnnbench.1, cnnbench-train.1, ...; those of `command` and below.
void write_pages(CLI::App& app, const CLI::App& command, const std::string& path, const std::filesystem::path& folder) {
  std::string name = "cnnbench" + std::string(path.empty() ? "" : "-") + path;
  std::replace(name.begin(), name.end(), ' ', '-');
  write_atomic(folder / (name + ".1"), page_of(app, path) + "\n");
  for (const CLI::App* sub : command.get_subcommands(nullptr))
    if (!sub->get_group().empty()) write_pages(app, *sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), folder);
}

}  // namespace

void add_man(CLI::App& app) {
  const auto path = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("man", "the man page of a command, for man or mandoc");
  command->add_option("command", *path, "train, or data check; none: the program's")->type_name("COMMAND");
  const auto folder = std::make_shared<std::string>();
  command->add_option("--all", *folder, "write the pages of all commands into this folder instead")->type_name("FOLDER");
  command->callback([&app, path, folder] {
    if (folder->empty()) return Console::get().document(page_of(app, fmt::format("{}", fmt::join(*path, " "))));
    std::filesystem::create_directories(*folder);
    write_pages(app, app, "", *folder);
  });
}

}  // namespace cnnbench
