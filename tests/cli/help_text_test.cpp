// --help, as it was read and found right: tests/cli/golden/help.
#include "cnnbench/cli/help_text.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cnnbench/cli/program.hpp"
#include "support/golden.hpp"

namespace cnnbench {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Commands {
  Commands() {
    build_program(app, flags);
    add(app, "");
  }
  void add(const CLI::App& command, const std::string& path) {
    paths.push_back(path);
    for (const CLI::App* sub : command.get_subcommands(nullptr))
      if (!sub->get_group().empty()) add(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name());
  }
  std::string help(const std::string& path, std::size_t width) { return help_text(*find_command(app, path), path, width); }
  CLI::App app;
  GlobalFlags flags;
  std::vector<std::string> paths;
};

TEST(HelpGolden, OfEveryCommand) {
  Commands all;
  ASSERT_GT(all.paths.size(), 20u);
  const std::filesystem::path folder = std::filesystem::path(CNNBENCH_SOURCE_DIR) / "tests/cli/golden/help";
  std::vector<std::string> names;
  for (const std::string& path : all.paths) {
    std::string name = path.empty() ? "cnnbench" : path;
    std::replace(name.begin(), name.end(), ' ', '-');
    names.push_back(name + ".txt");
    expect_golden("cli", "help/" + names.back(), all.help(path, 80) + "\n");
  }
  for (const auto& file : std::filesystem::directory_iterator(folder))
    EXPECT_THAT(names, testing::Contains(file.path().filename().string())) << "of a command that is no more";
}

// What is longer is an example, which has to stay in one line to be copied, or a word.
TEST(HelpText, KeepsToTheWidth) {
  Commands all;
  for (const std::size_t width : {50u, 80u, 110u})
    for (const std::string& path : all.paths) {
      std::istringstream lines(all.help(path, width));
      for (std::string line; std::getline(lines, line);) {
        const bool example = line.starts_with("  cnnbench "),
                   word = line.find(' ', line.find_first_not_of(' ')) == std::string::npos;
        EXPECT_TRUE(line.size() <= width || (width < 80 && (example || word))) << path << ": " << line;
        EXPECT_FALSE(line.ends_with(' ')) << path << ": '" << line << "'";
      }
    }
}

TEST(HelpText, SaysOfAnOptionWhatItTakesAndWhatItGoesWith) {
  CLI::App app;
  std::string text, format = "text";
  int count = 6;
  bool flag = false;
  app.add_option("-c,--config,config", text, "a config")->required()->type_name("CONFIG");
  CLI::Option* number = app.add_option("--count", count, "pictures")->capture_default_str()->check(CLI::Range(1, 700));
  app.add_option("--seconds", count, "time")->check(CLI::Range(1, 1'000'000));
  app.add_option("-o", format, "format")->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--again", flag, "once more")->excludes(number);
  app.add_flag("--both", flag, "two")->needs(number);
  app.add_option("files", "files")->type_name("FILE")->expected(1, 9);
  app.add_flag("--old", flag, "hidden")->group("");
  EXPECT_EQ(help_text(app, "probe", 80), R"(

Usage: cnnbench probe [OPTION]... CONFIG [FILES...]

Arguments:
  CONFIG    a config
  FILES...  files

Options:
  -h, --help           Print this help message and exit
  -c, --config CONFIG  the same as CONFIG
      --count N        pictures (default: 6; 1 to 700); not with --again
      --seconds N      time (at least 1)
  -o text|json         format
      --again          once more; not with --count
      --both           two; only with --count)");
  EXPECT_THAT(help_text(app, "probe", 80), Not(HasSubstr("old")));
}

}  // namespace
}  // namespace cnnbench
