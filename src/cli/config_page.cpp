#include "cnnbench/cli/config_page.hpp"

#include <fmt/format.h>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"
#include "cnnbench/results/table_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

std::string number(const Json& value) {
  return value.is_number_float() ? fmt::format("{:g}", value.get<double>()) : json_line(value);
}

// "0 to 180", "opencv, fused", "a list of 2 numbers, 0 to 100, or null".
std::string values_of(const Json& key) {
  if (const auto listed = key.find("enum"); listed != key.end()) {
    std::string text;
    for (const Json& value : *listed) {
      const std::string word = value_text(value);
      if (!word.empty()) text += (text.empty() ? "" : ", ") + word;
    }
    return text;
  }
  const Json type = key.value("type", Json());
  if (type.is_array() && key.contains("items") && key.contains("minimum"))
    return fmt::format("{} to {}, or a list of {} such", number(key.at("minimum")), number(key.at("maximum")),
                       number(key.at("minItems")));
  if (type.is_array() && key.contains("minItems")) return fmt::format("a list of {} numbers, or null", number(key.at("minItems")));
  if (type.is_array()) {
    std::string text;
    for (const Json& each : type) text += (text.empty() ? "" : " or ") + each.get<std::string>();
    return text;
  }
  if (type == "array") return "a list of layers";
  if (type == "boolean") return "true, false";
  const bool limited = key.contains("minimum") && key.contains("maximum");
  if (!limited) return type == "string" ? "a text" : type.is_string() ? type.get<std::string>() : "";
  const std::string most = key.at("maximum").is_number_integer() && key.at("maximum").get<std::uint64_t>() >= 1000000000
                               ? " or more"
                               : " to " + number(key.at("maximum"));
  return number(key.at("minimum")) + most;
}

std::string default_of(const Json& key) {
  const auto usual = key.find("default");
  if (usual == key.end()) return "";
  if (usual->is_string()) return usual->get<std::string>();
  return number(*usual);
}

void add_table(std::string& page, const std::string& section, const Json& keys) {
  page += "| key | values | default | meaning |\n|---|---|---|---|\n";
  for (const auto& [name, key] : keys.items()) {
    if (name.starts_with("$")) continue;
    const std::string usual = default_of(key);
    page += fmt::format("| `{}{}` | {} | {} | {} |\n", section, name, markdown_text(values_of(key)),
                        usual.empty() ? "" : fmt::format("`{}`", usual), markdown_text(key.value("description", "")));
  }
}

}  // namespace

std::string config_page() {
  const Json schema = json_schema();
  std::string page =
      "# Keys of a config\n\n"
      "A config is a JSON file (comments are allowed) with these sections; what is left out has its default. Any key can be given "
      "on the command\n"
      "line too (`--set train.epochs=5`), in the environment (`CNNBENCH_TRAIN_EPOCHS=5`), and be an axis of a benchmark\n"
      "(`bench --axis train.learning_rate=0.001,0.01`). `extends` names another config, from which it takes what it does not say "
      "itself.\n"
      "This page is what `cnnbench config keys` prints; `cnnbench config schema` is the JSON Schema for editors.\n";
  for (const auto& [section, of_section] : schema.at("properties").items()) {
    const auto keys = of_section.find("properties");
    if (keys == of_section.end()) continue;
    page += fmt::format("\n## {}\n{}.\n\n", section, markdown_text(of_section.value("description", "")));
    add_table(page, section + ".", *keys);
  }
  page += "\n## Layers\nOf `model.layers`: each is an object with `type` and some of these.\n\n";
  add_table(page, "", schema.at("$defs").at("layer").at("properties"));
  return page;
}

}  // namespace cnnbench
