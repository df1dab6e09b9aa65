#include "cnnbench/cli/completion_words.hpp"

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/json_text.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;

void add_values(const Json& of_key, std::vector<std::string>& values) {
  if (const auto listed = of_key.find("enum"); listed != of_key.end())
    for (const Json& value : *listed) values.push_back(value_text(value));
  if (const auto one = of_key.find("const"); one != of_key.end()) values.push_back(value_text(*one));
  if (of_key.value("type", Json()) == "boolean") values.insert(values.end(), {"true", "false"});
  for (const char* choice : {"anyOf", "oneOf"})
    if (const auto of = of_key.find(choice); of != of_key.end())
      for (const Json& each : *of) add_values(each, values);
}

std::vector<KeyWords> read_schema() {
  std::vector<KeyWords> all;
  const Json schema = json_schema();
  for (const auto& [section, of_section] : schema.at("properties").items()) {
    const auto keys = of_section.find("properties");
    if (keys == of_section.end()) continue;
    for (const auto& [key, of_key] : keys->items()) {
      KeyWords words{.key = section + "." + key, .what = of_key.value("description", ""), .values = {}};
      add_values(of_key, words.values);
      all.push_back(std::move(words));
    }
  }
  return all;
}

}  // namespace

const std::vector<KeyWords>& config_key_words() {
  static const std::vector<KeyWords> all = read_schema();
  return all;
}

}  // namespace cnnbench
