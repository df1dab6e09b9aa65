// --set a.b=value and CNNBENCH_SECTION_KEY, each to a tree with one key.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "keys.hpp"
#include "layered.hpp"
#include "words.hpp"

namespace cnnbench::config {
namespace {

// Shells give text. JSON where that fits the key, else the text itself; numbers as people write them (.5) too.
std::optional<Node> value_of(const std::string& text, ValueKind kind, const std::string& source, Faults& faults) {
  Node plain;
  plain.value = text;
  plain.origin = origin_of(source);
  Faults faults_of_text;
  Node parsed = parse_text(text, source, false, faults_of_text);
  if (kind == ValueKind::text) return faults_of_text.empty() && parsed.value.is_string() ? parsed : plain;
  if (faults_of_text.empty()) return parsed;
  if (kind == ValueKind::json && (text.starts_with('[') || text.starts_with('{'))) {
    parse_text(text, source, false, faults);
    return std::nullopt;
  }
  double number = 0;
  const auto end = text.data() + text.size();
  if (const auto [last, error] = std::from_chars(text.data(), end, number);
      kind == ValueKind::number && error == std::errc{} && last == end)
    plain.value = number;
  return plain;
}

std::optional<Node> tree_of(const Setting& setting, std::optional<Node> value) {
  if (!value) return std::nullopt;
  const auto object = [&](std::string key, Node child) {
    Node parent;
    parent.value = nlohmann::json::object();
    parent.origin = child.origin;
    child.key = std::move(key);
    parent.children.push_back(std::move(child));
    return parent;
  };
  Node tree = object(setting.key, std::move(*value));
  return setting.section.empty() ? tree : object(setting.section, std::move(tree));
}

std::vector<std::string> dotted_keys() {
  std::vector<std::string> keys;
  for (const Setting& setting : settings()) keys.push_back(setting.dotted());
  return keys;
}

// "epochs" means train.epochs; "model.layers.0.units" cannot be set on its own.
std::string unknown(const std::string& key) {
  const auto all = sections();
  if (std::find(all.begin(), all.end(), key) != all.end()) {
    const auto first = std::find_if(settings().begin(), settings().end(), [&](const Setting& s) { return s.section == key; });
    return fmt::format("'{}' is a section; set a key of it, such as {}", key, first->dotted());
  }
  const std::string leaf = key.substr(key.rfind('.') + 1);
  if (const std::string_view instead = instead_of(leaf); !instead.empty())
    return fmt::format("unknown key {} ({})", in_quotes(key), instead);
  for (const Setting& setting : settings()) {
    if (leaf == setting.key || leaf == initials(setting.key))
      return fmt::format("unknown key {} (nearest: '{}')", in_quotes(key), setting.dotted());
    if (key.starts_with(setting.dotted() + "."))
      return fmt::format("unknown key {}: '{}' is set as a whole", in_quotes(key), setting.dotted());
  }
  const auto near = nearest(key, dotted_keys());
  return fmt::format("unknown key {} ({})", in_quotes(key), near ? "nearest: '" + *near + "'" : "they look like train.epochs=3");
}

std::optional<Node> set_tree(const std::string& text, Faults& faults) {
  const std::string source = "--set " + text;
  const auto fault = [&](const std::string& problem) {
    faults.add(origin_of(source), "", problem);
    return std::nullopt;
  };
  const auto equals = text.find('=');
  if (equals == text.npos) return fault("expected KEY=VALUE, such as train.epochs=3");
  const std::string key = text.substr(0, equals);
  for (const Setting& setting : settings())
    if (setting.dotted() == key) return tree_of(setting, value_of(text.substr(equals + 1), setting.kind, source, faults));
  return fault(unknown(key));
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string variable_of(const Setting& setting) {
  return "CNNBENCH_" + (setting.section.empty() ? "" : upper(setting.section) + "_") + upper(setting.key);
}

// Other CNNBENCH_* variables belong to other parts of the program; those that start with a section's name are ours.
std::optional<Node> variable_tree(const std::string& name, const std::string& value, Faults& faults) {
  if (value.empty()) return std::nullopt;
  for (const Setting& setting : settings())
    if (variable_of(setting) == name && (!setting.section.empty() || setting.key == "name"))
      return tree_of(setting, value_of(value, setting.kind, name, faults));
  for (const std::string& section : sections()) {
    const std::string prefix = "CNNBENCH_" + upper(section) + "_";
    if (!name.starts_with(prefix)) continue;
    std::vector<std::string> keys;
    for (const Setting& setting : settings())
      if (setting.section == section) keys.push_back(setting.key);
    const auto near = nearest(name.substr(prefix.size()), keys);
    faults.add(origin_of(name), "", near ? fmt::format("unknown key (nearest: '{}{}')", prefix, upper(*near)) : "unknown key");
  }
  return std::nullopt;
}

}  // namespace

std::vector<Node> override_trees(const Overrides& overrides, Faults& faults, Hints& hints) {
  std::vector<Node> trees;
  for (const auto& [name, value] : overrides.environment)
    if (auto tree = variable_tree(name, value, faults)) trees.push_back(std::move(*tree));
  for (const std::string& set : overrides.sets)
    if (auto tree = set_tree(set, faults)) trees.push_back(std::move(*tree));
  for (Node& tree : trees) resolve_aliases(tree, faults, hints);
  return trees;
}

}  // namespace cnnbench::config

namespace cnnbench {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); text.starts_with("CNNBENCH_") && equals != text.npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace cnnbench
