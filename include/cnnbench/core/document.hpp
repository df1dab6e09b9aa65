// JSON documents from field lists: one list per struct writes it and describes it as JSON Schema (draft 2020-12).
//
//   template <> struct Fields<Spread> {
//     static constexpr std::string_view name = "spread", text = "Of a set of numbers.";
//     static void of(auto& s, auto&& field) {
//       field("min", s.min, "The smallest, pixels.", not_negative);
//       field("range", s.max - s.min, "How far they lie apart.");  // a temporary is written and never read
//     }
//   };
//
// `version`: its first member is schema_version. `checksum`: its last is the document's SHA-256 (results/checksum.hpp puts it
// there). Members: bool, numbers, text, enums with EnumNames, structs that have such a list, Experiment and other JSON (any
// object), std::optional (null where there is none), Maybe (not there where there is none), std::vector, std::array, std::map by
// text (or a vector of pairs, in its order). A double that is no number is null. Not here: reading (results/from_json.cpp), configs
// (core/fields.hpp).
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cnnbench/core/fields.hpp"

namespace cnnbench {

namespace schema {
using Json = nlohmann::ordered_json;
}

// What a value must be beyond its type; of a list, each of its items.
struct Rule {
  double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
  bool above_min = false;                               // min itself is not allowed
  bool or_nan = false;                                  // a double that may be none: null
  int since = 1;                                        // the schema version that brought it: older documents are read without
  std::string_view pattern{};                           // of a text, as ECMAScript writes it
  schema::Json (*shape)(schema::Json& defs) = nullptr;  // of a member whose C++ type says too little
};
inline constexpr Rule not_negative{.min = 0}, at_least_1{.min = 1}, positive{.min = 0, .above_min = true},
    percent{.min = 0, .max = 100}, share{.min = 0, .max = 1};
inline constexpr Rule sha256_text{.pattern = "^[0-9a-f]{64}$"}, short_hash{.pattern = "^[0-9a-f]{16}$"},
    utc_time{.pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"};

template <class T>
struct Fields;
template <class T>
concept Listed = requires(T& t) {
  Fields<T>::name;
  Fields<T>::of(t, [](auto&&...) {});
};

// Items are written as columns: a third of the size, and what a plot wants.
template <class T>
inline constexpr bool as_columns = false;

struct TextOrWhole {};  // for lists of what is written elsewhere

namespace schema {

template <class T>
struct Kind {
  static constexpr bool optional = false, maybe = false, list = false, map = false;
};
template <class T>
struct Kind<std::optional<T>> : Kind<void> {
  static constexpr bool optional = true;
};
template <class T>
struct Kind<Maybe<T>> : Kind<void> {
  static constexpr bool maybe = true;
};
template <class T>
struct Kind<std::vector<T>> : Kind<void> {
  static constexpr bool list = true;
};
template <class T, std::size_t N>
struct Kind<std::array<T, N>> : Kind<void> {
  static constexpr bool list = true;
};
template <class T>
struct Kind<std::map<std::string, T>> : Kind<void> {
  static constexpr bool map = true;
  using Item = T;
};
template <class T>
struct Kind<std::vector<std::pair<std::string, T>>> : Kind<void> {
  static constexpr bool map = true;
  using Item = T;
};

template <class T>
concept Versioned = requires {
  Fields<T>::version;
};
template <class T>
concept Checksummed = requires {
  Fields<T>::checksum;
};

template <class T>
Json object_of(const T&);

template <class T>
Json written(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  } else if constexpr (NamedEnum<T>) {
    return std::string(name_of(value));
  } else if constexpr (Kind<T>::optional || Kind<T>::maybe) {
    return value ? written(*value) : Json(nullptr);
  } else if constexpr (Kind<T>::list) {
    if constexpr (as_columns<typename T::value_type>) {
      Json out = Json::object();
      const typename T::value_type names{};
      Fields<typename T::value_type>::of(names, [&](const char* name, auto&&...) { out[name] = Json::array(); });
      for (const auto& item : value)
        Fields<typename T::value_type>::of(item,
                                           [&](const char* name, const auto& v, auto&&...) { out[name].push_back(written(v)); });
      return out;
    } else {
      Json out = Json::array();
      for (const auto& item : value) out.push_back(written(item));
      return out;
    }
  } else if constexpr (Kind<T>::map) {
    Json out = Json::object();
    for (const auto& [key, item] : value) out[key] = written(item);
    return out;
  } else if constexpr (Listed<T>) {
    return object_of(value);
  } else if constexpr (std::constructible_from<Json, const T&>) {
    return Json(value);
  } else {
    return to_json(value);  // Experiment
  }
}

template <class T>
Json object_of(const T& value) {
  Json out = Json::object();
  if constexpr (Versioned<T>) out["schema_version"] = Fields<T>::version;
  Fields<T>::of(value, [&]<class V>(const char* name, const V& v, auto&&...) {
    if constexpr (Kind<V>::maybe)
      if (!v) return;
    out[name] = written(v);
  });
  return out;
}

// The schema of a number, of text, ... under a rule; `defs` collects those of structs.
template <class T>
Json of(const Rule& rule, Json& defs);

template <class T>
Json ref(Json& defs);

Json number(bool whole, const Rule&);
void check_text(std::string_view field, std::string_view text);  // a fault of the list's writer: std::logic_error

template <class T>
Json list_of(const Rule& rule, Json& defs) {
  using Item = typename T::value_type;
  if constexpr (as_columns<Item>) {
    Json properties = Json::object(), required = Json::array();
    const Item none{};
    Fields<Item>::of(none, [&]<class V>(const char* name, const V&, std::string_view text, const Rule& own = {}) {
      check_text(name, text);
      properties[name] = {{"description", text}, {"type", "array"}, {"items", of<V>(own, defs)}};
      required.push_back(name);
    });
    return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
  } else {
    Json out{{"type", "array"}, {"items", of<Item>(rule, defs)}};
    if constexpr (!std::is_same_v<T, std::vector<Item>>) out["minItems"] = out["maxItems"] = std::tuple_size_v<T>;
    return out;
  }
}

inline Json or_null(Json schema) {
  if (schema.contains("type")) {
    Json& type = schema["type"];
    if (!type.is_array()) type = Json::array({type});
    if (std::find(type.begin(), type.end(), "null") == type.end()) type.push_back("null");
    return schema;
  }
  if (schema.contains("enum")) {
    schema["enum"].push_back(nullptr);
    return schema;
  }
  return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
}

template <class T>
Json of(const Rule& rule, Json& defs) {
  if (rule.shape) return rule.shape(defs);
  if constexpr (Kind<T>::optional) {
    return or_null(of<typename T::value_type>(rule, defs));
  } else if constexpr (Kind<T>::maybe) {
    return of<typename T::value_type>(rule, defs);
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_arithmetic_v<T>) {
    const Json out = number(std::is_integral_v<T>, rule);
    return rule.or_nan ? or_null(out) : out;
  } else if constexpr (NamedEnum<T>) {
    Json names = Json::array();
    for (const auto& [value, name] : EnumNames<T>::values) names.push_back(name);
    return {{"enum", names}};
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    Json out{{"type", "string"}};
    if (!rule.pattern.empty()) out["pattern"] = rule.pattern;
    return out;
  } else if constexpr (std::is_same_v<T, TextOrWhole>) {
    return {{"type", {"string", "integer"}}};
  } else if constexpr (Kind<T>::list) {
    return list_of<T>(rule, defs);
  } else if constexpr (Kind<T>::map) {
    return {{"type", "object"}, {"additionalProperties", of<typename Kind<T>::Item>(rule, defs)}};
  } else if constexpr (Listed<T>) {
    return ref<T>(defs);
  } else {
    return {{"type", "object"}};
  }
}

template <class T>
Json object_schema(Json& defs) {
  Json properties = Json::object(), required = Json::array();
  if constexpr (Versioned<T>) {
    properties["schema_version"] = {{"description", "Raised when a field changes its meaning or goes."},
                                    {"const", Fields<T>::version}};
    required.push_back("schema_version");
  }
  const T none{};
  Fields<T>::of(none, [&]<class V>(const char* name, const V&, std::string_view text, const Rule& rule = {}) {
    check_text(name, text);
    Json property{{"description", text}};
    property.update(of<V>(rule, defs));
    properties[name] = property;
    if constexpr (!Kind<V>::maybe) required.push_back(name);
  });
  if constexpr (Checksummed<T>) {
    properties["checksum"] = {
        {"description", "SHA-256 of this object without this member, as JSON without white space, members in their order."},
        {"type", "string"},
        {"pattern", sha256_text.pattern}};
    required.push_back("checksum");
  }
  return {{"description", Fields<T>::text},
          {"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

template <class T>
Json ref(Json& defs) {
  const std::string name(Fields<T>::name);
  if (!defs.contains(name)) {
    defs[name] = nullptr;  // it may hold itself
    const Json own = object_schema<T>(defs);
    defs[name] = own;
  }
  return {{"$ref", "#/$defs/" + name}};
}

}  // namespace schema

// The object without its checksum.
template <Listed T>
nlohmann::ordered_json document(const T& value) {
  return schema::object_of(value);
}

template <Listed T>
nlohmann::ordered_json document_schema(std::string_view title) {
  nlohmann::ordered_json defs = nlohmann::ordered_json::object();
  nlohmann::ordered_json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  out.update(schema::object_schema<T>(defs));
  if (!defs.empty()) out["$defs"] = defs;
  return out;
}

}  // namespace cnnbench
