// JSON Schema (draft 2020-12) from the field lists, so that editors complete and check what read.cpp accepts.
// Rules between settings (validate.cpp) are in it only where one of two keys excludes the other.
#include <cmath>
#include <limits>
#include <type_traits>

#include "cnnbench/config/interval.hpp"
#include "cnnbench/config/load.hpp"
#include "cnnbench/model/plan.hpp"
#include "keys.hpp"
#include "write.hpp"

namespace cnnbench {
namespace {

using Json = nlohmann::ordered_json;
using config::written;

template <class T>
struct Schema;

Json number_of(double value) {
  if (value == std::floor(value) && std::abs(value) < 0x1p53) return static_cast<std::int64_t>(value);
  return value;
}

template <class T>
Json properties_of(const T& defaults);

template <class T>
requires(std::is_arithmetic_v<T> || NamedEnum<T> || std::is_same_v<T, std::string>) struct Schema<T> {
  static Json of(Limits limits) {
    if constexpr (std::is_same_v<T, bool>) {
      return {{"type", "boolean"}};
    } else if constexpr (std::is_same_v<T, std::string>) {
      return {{"type", "string"}, {"pattern", "^[^\\u0000-\\u001f\\u007f]*$"}};
    } else if constexpr (NamedEnum<T>) {
      Json names = Json::array();
      for (const auto& [value, name] : EnumNames<T>::values) names.push_back(name);
      return {{"enum", names}};
    } else {
      constexpr bool whole = std::is_integral_v<T>;
      Json schema{{"type", whole ? "integer" : "number"}};
      if (whole && limits.min <= static_cast<double>(std::numeric_limits<T>::lowest()))
        schema["minimum"] = std::numeric_limits<T>::lowest();
      else if (std::isfinite(limits.min))
        schema["minimum"] = number_of(limits.min);
      if (whole && limits.max >= static_cast<double>(std::numeric_limits<T>::max()))
        schema["maximum"] = std::numeric_limits<T>::max();
      else if (std::isfinite(limits.max))
        schema["maximum"] = number_of(limits.max);
      return schema;
    }
  }
};

template <std::size_t n>
struct Schema<std::array<double, n>> {
  static Json of(Limits limits) {
    return {{"type", "array"}, {"items", Schema<double>::of(limits)}, {"minItems", n}, {"maxItems", n}};
  }
};

template <>
struct Schema<ImageSize> {
  static Json of(Limits limits) {
    const Json side = Schema<int>::of(limits);
    Json schema = side;
    schema["type"] = {"integer", "array"};
    schema.update({{"items", side}, {"minItems", 2}, {"maxItems", 2}});
    return schema;
  }
};

template <class T>
struct Schema<std::optional<T>> {
  static Json of(Limits limits) {
    Json schema = Schema<T>::of(limits);
    schema["type"] = {schema["type"], "null"};
    return schema;
  }
};

template <>
struct Schema<std::vector<LayerConfig>> {
  static Json of(Limits) { return {{"type", "array"}, {"items", {{"$ref", "#/$defs/layer"}}}}; }
};

template <HasFields T>
struct Schema<T> {
  static Json of(Limits) { return {{"type", "object"}, {"properties", properties_of(T{})}, {"additionalProperties", false}}; }
};

template <class T>
Json properties_of(const T& defaults) {
  Json properties = Json::object();
  T::fields(defaults, [&](std::string_view name, const auto& member, std::string_view text, Limits limits = {}) {
    using Member = std::remove_cvref_t<decltype(member)>;
    Json property{{"description", text}};
    property.update(Schema<Member>::of(limits));
    if constexpr (!HasFields<Member>) property["default"] = written(member);
    properties[std::string(name)] = property;
  });
  return properties;
}

Json excluded(std::string_view a, std::string_view b) { return {{"not", {{"required", {a, b}}}}}; }

void add_aliases(Json& augment) {
  Json rules = Json::array();
  for (const config::Alias& alias : config::augment_aliases) {
    Json property = augment["properties"][std::string(alias.key)];
    property["description"] = "Keras' name of " + std::string(alias.key);
    property.erase("default");
    augment["properties"][std::string(alias.keras)] = property;
    rules.push_back(excluded(alias.keras, alias.key));
  }
  augment["allOf"] = rules;
}

void add_network_rules(Json& model) {
  Json names = preset_names();
  names.insert(names.begin(), "");
  Json& preset = model["properties"]["preset"];
  preset.erase("type");
  preset.erase("pattern");
  preset["enum"] = names;
  // A base may give the network, so neither is required; both at once contradict each other.
  model["not"] = {{"required", {"preset", "layers"}},
                  {"properties", {{"preset", {{"minLength", 1}}}, {"layers", {{"minItems", 1}}}}}};
}

Json layer_schema() {
  Json layer = Schema<LayerConfig>::of({});
  layer["description"] = "one layer; which keys it takes depends on its type";
  for (const char* needed : {"type", "filters"}) layer["properties"][needed].erase("default");
  layer["required"] = Json::array({"type"});
  Json rules = Json::array();
  for (const auto& [type, name] : EnumNames<LayerType>::values) {
    Json keys = config::keys_of_layer(type);
    keys.insert(keys.begin(), "type");
    Json then{{"propertyNames", {{"enum", keys}}}};
    if (type == LayerType::conv)
      then.update({{"required", Json::array({"filters"})}, {"properties", {{"filters", {{"minimum", 1}}}}}});
    if (type == LayerType::residual)
      then.update({{"required", Json::array({"layers"})}, {"properties", {{"layers", {{"minItems", 1}}}}}});
    if (type == LayerType::activation)
      then.update({{"required", Json::array({"activation"})}, {"properties", {{"activation", {{"not", {{"const", "none"}}}}}}}});
    rules.push_back({{"if", {{"properties", {{"type", {{"const", name}}}}}, {"required", Json::array({"type"})}}}, {"then", then}});
  }
  layer["allOf"] = rules;
  return layer;
}

}  // namespace

Json json_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "cnnbench config"},
              {"description", "what to train: generated by `cnnbench config schema`"}};
  schema.update(Schema<Experiment>::of({}));
  Json& properties = schema["properties"];
  properties["$schema"] = {{"type", "string"}, {"description", "for editors; ignored"}};
  properties["extends"] = {{"type", "string"}, {"description", "the config that this one changes: a file (relative to this one), or the name of a shipped config; it may extend another"}};
  properties["name"].update({{"maxLength", 100}, {"pattern", "^(?!\\.)[^/\\u0000-\\u001f\\u007f]*$"}});
  properties["train"]["properties"]["device"]["pattern"] = "^(auto|cpu|cuda(:[0-9]{1,3})?)(,(auto|cpu|cuda(:[0-9]{1,3})?))*$";
  properties["train"]["properties"]["convolution"]["pattern"] = "^(auto|own|library|own:[a-z0-9_.]+(\\+[a-z0-9_.]+)*)$";
  properties["train"]["properties"]["checkpoint_every"].update(
      {{"type", {"string", "integer"}}, {"minimum", 0}, {"pattern", interval_pattern}});
  add_aliases(properties["augment"]);
  add_network_rules(properties["model"]);
  const Experiment defaults;
  Experiment::fields(defaults, [&](std::string_view name, const auto&, std::string_view text, auto&&...) {
    properties[std::string(name)]["description"] = text;
  });
  schema["$defs"]["layer"] = layer_schema();
  return schema;
}

}  // namespace cnnbench
