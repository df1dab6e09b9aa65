#include "cnnbench/cli/completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "cnnbench/cli/completion_words.hpp"
#include "cnnbench/cli/option_words.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/measure/machine.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

bool visible(const CLI::Option& option) { return !option.get_group().empty(); }
bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0 && option.get_type_size_max() > 0; }

const CLI::App* subcommand(const CLI::App& app, const std::string& word) {
  const auto named = app.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
  return named.empty() ? nullptr : named.front();
}

// Of the command or of those above it, whose options may stand behind it too.
const CLI::Option* option_called(const CLI::App& command, const std::string& word) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    if (const CLI::Option* option = app->get_option_no_throw(word)) return option;
  return nullptr;
}

std::vector<const CLI::Option*> positionals(const CLI::App& command) {
  std::vector<const CLI::Option*> all;
  for (const CLI::Option* option : command.get_options())
    if (option->get_positional() && visible(*option)) all.push_back(option);
  return all;
}

std::vector<Candidate> configs() {
  std::vector<Candidate> all;
  for (const auto& file : shipped_configs()) all.push_back({file.stem().string(), "shipped config"});
  return all;
}

std::vector<Candidate> devices() {
  std::vector<Candidate> all{{"auto", "the first GPU, else the CPU"}, {"cpu", ""}};
  const Json machine = machine_record();
  const auto gpus = machine.find("gpus");
  if (gpus == machine.end() || !gpus->is_array()) return all;
  for (std::size_t i = 0; i < gpus->size(); ++i) {
    const Json name = (*gpus)[i].value("name", Json());
    all.push_back({fmt::format("cuda:{}", i), name.is_string() ? name.get<std::string>() : ""});
  }
  return all;
}

// ",": several may stand there; the last of them is completed.
std::vector<Candidate> in_list(const std::string& word, std::vector<Candidate> all) {
  const std::size_t comma = word.rfind(',');
  if (comma != std::string::npos)
    for (Candidate& c : all) c.word = word.substr(0, comma + 1) + c.word;
  return all;
}

// The key of a config with its value: train.precision=float32.
std::vector<Candidate> key_and_value(const std::string& word, bool several) {
  const std::size_t equals = word.find('=');
  std::vector<Candidate> all;
  for (const KeyWords& key : config_key_words()) {
    if (equals == std::string::npos) {
      all.push_back({key.key + "=", key.what});
    } else if (word.substr(0, equals) == key.key) {
      for (const std::string& value : key.values) all.push_back({value, ""});
      const std::string given = word.substr(equals + 1);
      if (several) all = in_list(given, std::move(all));
      for (Candidate& c : all) c.word = key.key + "=" + c.word;
      return all;
    }
  }
  return all;
}

// By the name of the option's type, which --help shows too.
Completion values(const CLI::App& root, const CLI::Option& option, const std::string& word) {
  const std::string type = option.get_type_name();
  if (type == "CONFIG") return {configs(), true};
  if (type == "CONFIGS") return {in_list(word, configs()), false};
  if (type == "DEVICES") return {in_list(word, devices()), false};
  if (type == "DEVICE") return {devices(), false};
  if (type == "KEY=VALUE") return {key_and_value(word, false), false};
  if (type == "KEY=VALUES") return {key_and_value(word, true), false};
  if (type == "KEY") {
    Completion out;
    for (const KeyWords& key : config_key_words()) out.candidates.push_back({key.key, key.what});
    return out;
  }
  if (type == "COMMAND") {
    Completion out;
    for (const CLI::App* command : root.get_subcommands(nullptr))
      if (!command->get_group().empty()) out.candidates.push_back({command->get_name(), command->get_description()});
    return out;
  }
  Completion listed;
  for (const std::string& choice : choices_of(option)) listed.candidates.push_back({choice, ""});
  if (!listed.candidates.empty()) return listed;
  return {{}, type == "FILE" || type == "FOLDER" || type == "RESULTS"};
}

Completion option_names(const CLI::App& command) {
  Completion out;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    for (const CLI::Option* option : app->get_options()) {
      if (!visible(*option) || (app != &command && (option->get_name() == "--help" || option->get_name() == "--version"))) continue;
      for (const std::string& name : option->get_lnames()) {
        const std::string word = "--" + name;
        const bool there =
            std::any_of(out.candidates.begin(), out.candidates.end(), [&](const Candidate& c) { return c.word == word; });
        if (!there) out.candidates.push_back({word, option->get_description()});
      }
    }
  return out;
}

Completion unfiltered(const CLI::App& root, std::span<const std::string> before, const std::string& word) {
  const CLI::App* command = &root;
  const CLI::Option* waiting = nullptr;  // an option whose value comes next
  std::size_t given = 0;                 // positional words so far
  for (const std::string& w : before) {
    if (waiting != nullptr) {
      waiting = nullptr;
    } else if (w.starts_with("-") && w.size() > 1) {
      const CLI::Option* option = w.find('=') == std::string::npos ? option_called(*command, w) : nullptr;
      if (option != nullptr && takes_value(*option)) waiting = option;
    } else if (const CLI::App* next = subcommand(*command, w)) {
      command = next;
    } else {
      ++given;
    }
  }
  if (waiting != nullptr) return values(root, *waiting, word);
  if (word.starts_with("--") && word.find('=') != std::string::npos) {
    const std::string name = word.substr(0, word.find('=')), value = word.substr(name.size() + 1);
    const CLI::Option* option = option_called(*command, name);
    if (option == nullptr || !takes_value(*option)) return {};
    Completion out = values(root, *option, value);
    for (Candidate& c : out.candidates) c.word = name + "=" + c.word;
    return out;
  }
  if (word.starts_with("-")) return option_names(*command);
  Completion out;
  for (const CLI::App* sub : command->get_subcommands(nullptr))
    if (!sub->get_group().empty()) out.candidates.push_back({sub->get_name(), sub->get_description()});
  const auto places = positionals(*command);
  if (places.empty()) return out;
  const bool repeats = places.back()->get_items_expected_max() > 1;
  if (given < places.size() || repeats) {
    Completion more = values(root, *places[std::min(given, places.size() - 1)], word);
    out.candidates.insert(out.candidates.end(), more.candidates.begin(), more.candidates.end());
    out.files = more.files;
  }
  return out;
}

}  // namespace

Completion complete(const CLI::App& app, const std::vector<std::string>& words) {
  const std::string word = words.empty() ? "" : words.back();
  const std::span<const std::string> before(words.data(), words.empty() ? 0 : words.size() - 1);
  Completion all = unfiltered(app, before, word);
  std::erase_if(all.candidates, [&](const Candidate& c) { return !c.word.starts_with(word); });
  return all;
}

std::string completion_text(const Completion& completion) {
  std::string text;
  for (const Candidate& c : completion.candidates) text += c.what.empty() ? c.word + "\n" : fmt::format("{}\t{}\n", c.word, c.what);
  if (completion.files) text += ":files\n";
  return text;
}

}  // namespace cnnbench
