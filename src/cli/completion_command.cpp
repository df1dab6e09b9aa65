// `cnnbench completion SHELL`, and the answer to what the shells' scripts ask.
#include <CLI/CLI.hpp>
#include <memory>

#include "cnnbench/cli/commands.hpp"
#include "cnnbench/cli/completion.hpp"
#include "cnnbench/cli/console.hpp"

namespace cnnbench {
namespace {

void print(std::string text) {
  if (text.empty()) return;
  text.pop_back();  // the console ends the line
  Console::get().document(text);
}

}  // namespace

void add_completion(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "the script that makes a shell complete commands, options, keys and values");
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell] { print(std::string(completion_script(*shell))); });
}

bool answer_shell(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments[0] != "complete-words" || arguments[1] != "--") return false;
  print(completion_text(complete(app, {arguments.begin() + 2, arguments.end()})));
  return true;
}

}  // namespace cnnbench
