// What is said about the commands is what they understand.
#include "cnnbench/cli/program.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "cnnbench/cli/command_notes.hpp"
#include "cnnbench/cli/completion.hpp"
#include "cnnbench/cli/man_page.hpp"

namespace cnnbench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Parses, and does nothing.
class Program {
 public:
  Program() {
    build_program(app, flags);
    app.parse_complete_callback([] { throw Parsed{}; });  // before any command does its work
  }
  void parse(const std::string& line) {
    std::istringstream words(line);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.insert(arguments.begin(), word);
    try {
      app.parse(arguments);
    } catch (const Parsed&) {
    }
  }
  std::string error_of(const std::string& line) {
    try {
      parse(line);
    } catch (const CLI::ParseError& e) {
      const Error error = usage_error(app, e);
      EXPECT_EQ(error.code(), ExitCode::usage);
      return fmt::format("{} -- {}", error.what(), error.remedy());
    }
    return "";
  }
  std::string unknown(const std::string& line) {
    EXPECT_THROW(parse(line), CLI::CallForHelp);
    const std::optional<Error> error = unknown_command(app);
    return error ? fmt::format("{} -- {}", error->what(), error->remedy()) : "";
  }
  CLI::App app;
  GlobalFlags flags;

 private:
  struct Parsed {};
};

void find_namesakes(const CLI::App& app, std::vector<std::string>& out) {
  for (const CLI::Option* argument : app.get_options())
    for (const CLI::Option* option : app.get_options())
      if (argument->get_positional() && argument != option && option->check_lname(argument->get_name(true)))
        out.push_back(app.get_name() + " " + argument->get_name(true));
  for (const CLI::App* sub : app.get_subcommands(nullptr)) find_namesakes(*sub, out);
}

void visible_leaves(const CLI::App& app, const std::string& path, std::vector<std::string>& out) {
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    if (sub->get_group().empty()) continue;
    const std::string name = path.empty() ? sub->get_name() : path + " " + sub->get_name();
    if (sub->get_subcommands(nullptr).empty())
      out.push_back(name);
    else
      visible_leaves(*sub, name, out);
  }
}

std::vector<std::string> words_for(const std::string& line) {
  Program program;
  std::vector<std::string> words(1), out;
  for (const char c : line) {
    if (c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  }
  for (const Candidate& c : complete(program.app, words).candidates) out.push_back(c.word);
  return out;
}

bool offers_files(const std::vector<std::string>& words) { return complete(Program().app, words).files; }

// CLI11 from 2.4 on refuses them when the program starts; Debian 12 has 2.3.
TEST(Program, NoArgumentHasAnOptionsName) {
  const Program program;
  std::vector<std::string> namesakes;
  find_namesakes(program.app, namesakes);
  EXPECT_THAT(namesakes, IsEmpty());
}

TEST(Program, EveryCommandHasExamplesThatParseAndExitCodesThatMeanSomething) {
  Program all;
  std::vector<std::string> leaves;
  visible_leaves(all.app, "", leaves);
  ASSERT_GT(leaves.size(), 15u);
  for (const std::string& leaf : leaves) {
    const CommandNotes* notes = notes_of(leaf);
    ASSERT_NE(notes, nullptr) << leaf;
    ASSERT_FALSE(notes->examples.empty()) << leaf;
    for (const int code : notes->exit_codes) EXPECT_FALSE(meaning_of_exit_code(code).empty()) << leaf << " " << code;
    for (const Example& example : notes->examples) {
      std::string line(example.line.substr(std::string_view("cnnbench ").size()));
      line = line.substr(0, line.find_first_of("|>"));  // the shell's
      EXPECT_EQ(Program().error_of(line), "") << example.line;
    }
    EXPECT_THAT(help_of(*find_command(all.app, leaf)), HasSubstr("Exit codes: 0 ok, 1 failed at run time, 2 "));
  }
  leaves.emplace_back();  // the program itself
  for (const CommandNotes& notes : command_notes()) EXPECT_THAT(leaves, Contains(std::string(notes.command)));
}

TEST(Program, ConfigMayBeThePlainWordEverywhere) {
  for (const char* command : {"train", "summary", "preview", "tune", "data bench", "data stats", "config show"})
    EXPECT_EQ(Program().error_of(fmt::format("{} catdog_original", command)), "") << command;
}

TEST(Program, FlagsOfTheProgramActBehindEveryCommand) {
  std::vector<std::string> leaves;
  visible_leaves(Program().app, "", leaves);
  for (const char* line : {"train catdog_original -q --no-color", "data check folder -q --no-color", "config list --no-color -q"}) {
    Program program;
    program.parse(line);
    EXPECT_TRUE(program.flags.quiet && program.flags.no_color) << line;
  }
}

TEST(Program, ResultsHaveOneGrammar) {
  for (const char* command : {"train catdog_original", "summary catdog_original", "predict run a.jpg", "compare a b", "verify a",
                              "info", "data check a", "data bench catdog_original", "data stats catdog_original"})
    for (const char* option : {"--json", "-o json", "-o text", "--export out.json"})
      EXPECT_EQ(Program().error_of(fmt::format("{} {}", command, option)), "") << command << " " << option;
  for (const char* command : {"bench -m catdog_original", "report rows.jsonl"})
    for (const char* option : {"--json", "-o text", "-o csv", "-o md", "--export out.x"})
      EXPECT_EQ(Program().error_of(fmt::format("{} {}", command, option)), "") << command << " " << option;
  for (const char* line : {"train catdog_original -d cpu", "predict run a.jpg -d cpu", "bench -m catdog_original -d cpu",
                           "bench -m catdog_original --device cpu", "bench -m catdog_original --devices cpu"})
    EXPECT_EQ(Program().error_of(line), "") << line;
}

TEST(Program, SaysWhatWasMeant) {
  EXPECT_EQ(Program().error_of("trian catdog_original"), "there is no command 'trian' -- did you mean: cnnbench train");
  EXPECT_EQ(Program().error_of("data chek x"), "there is no command 'data chek' -- did you mean: cnnbench data check");
  EXPECT_THAT(Program().error_of("xyzzyxyzzy"), HasSubstr("one of train, bench, "));
  EXPECT_EQ(Program().unknown("trian --help"), "there is no command 'trian' -- did you mean: cnnbench train");
  EXPECT_EQ(Program().unknown("data chek --help"), "there is no command 'data chek' -- did you mean: cnnbench data check");
  for (const char* line : {"--help", "-q --help", "train --help", "data --help", "data check --help", "train --epochs 3 --help"})
    EXPECT_EQ(Program().unknown(line), "") << line;
  EXPECT_THAT(Program().error_of(""), HasSubstr("cnnbench wants a command -- one of train, "));
  EXPECT_EQ(Program().error_of("train catdog_original --epochs 3"),
            "there is no option --epochs -- train.epochs is a key of the config: --set train.epochs=3");
  EXPECT_EQ(Program().error_of("train catdog_original --batch-size=16"),
            "there is no option --batch-size=16 -- loader.batch_size is a key of the config: --set loader.batch_size=16");
  EXPECT_EQ(Program().error_of("train catdog_original --devce cpu"),
            "there is no option --devce (nearest: --device) -- see cnnbench train --help");
  EXPECT_EQ(Program().error_of("summary"),
            "summary needs a config -- name a file, or a shipped one: cnnbench summary catdog_original");
}

TEST(Completion, KnowsCommandsOptionsConfigsKeysAndValues) {
  EXPECT_THAT(words_for("tr"), testing::ElementsAre("train"));
  EXPECT_THAT(words_for(""), Not(Contains("complete-words")));
  EXPECT_THAT(words_for("data "), testing::UnorderedElementsAre("make", "import", "bench", "check", "stats"));
  EXPECT_THAT(words_for("train --targ"), testing::ElementsAre("--target-accuracy"));
  EXPECT_THAT(words_for("train --no-c"), testing::ElementsAre("--no-color"));
  EXPECT_THAT(words_for("train catdog_or"), testing::ElementsAre("catdog_original"));
  EXPECT_THAT(words_for("train --config catdog_or"), testing::ElementsAre("catdog_original"));
  EXPECT_THAT(words_for("train --config=catdog_or"), testing::ElementsAre("--config=catdog_original"));
  EXPECT_THAT(words_for("train --set train.prec"), testing::ElementsAre("train.precision="));
  EXPECT_THAT(words_for("train --set train.precision=b"), testing::ElementsAre("train.precision=bfloat16"));
  EXPECT_THAT(words_for("train --set augment.horizontal_flip="),
              testing::ElementsAre("augment.horizontal_flip=true", "augment.horizontal_flip=false"));
  EXPECT_THAT(words_for("bench --axis augment.backend=opencv,f"), testing::ElementsAre("augment.backend=opencv,fused"));
  EXPECT_THAT(words_for("bench -m catdog_original,cif"), Contains("catdog_original,cifar10"));
  EXPECT_THAT(words_for("train -d c"), Contains("cpu"));
  EXPECT_THAT(words_for("bench -o js"), testing::ElementsAre("json", "jsonl"));
  EXPECT_THAT(words_for("completion "), testing::ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(words_for("help tu"), testing::ElementsAre("tune"));
  EXPECT_THAT(words_for("train catdog_original --target-accuracy "), IsEmpty());
}

TEST(Completion, LeavesFilesToTheShell) {
  EXPECT_TRUE(offers_files({"train", ""}));
  EXPECT_TRUE(offers_files({"verify", "a", ""}));
  EXPECT_TRUE(offers_files({"predict", "run", "a.jpg", ""}));
  EXPECT_FALSE(offers_files({"train", "--set", ""}));
  EXPECT_FALSE(offers_files({"bench", "-r", ""}));
}

TEST(ManPage, SaysWhatHelpSays) {
  Program program;
  const std::string page = man_page(program.app, "train", "2026-11-28");
  EXPECT_THAT(page, HasSubstr(".TH CNNBENCH\\-TRAIN 1 2026-11-28"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-d\\fR, \\fB\\-\\-device\\fR \\fIDEVICES\\fR"));
  EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS\n.TP\n.B 0\nok\n"));
  EXPECT_THAT(man_page(program.app, "", "2026-11-28"), HasSubstr(".BR cnnbench\\-train (1)"));
  EXPECT_THROW(man_page(program.app, "no such", "2026-11-28"), Error);
}

}  // namespace
}  // namespace cnnbench
