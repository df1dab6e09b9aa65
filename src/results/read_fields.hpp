// Documents of field lists (core/document.hpp) read back, strictly: what is missing or of another type is an Error(failed) that
// names the place.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cnnbench/config/load.hpp"
#include "cnnbench/core/document.hpp"
#include "cnnbench/core/error.hpp"

namespace cnnbench::reading {

using Json = nlohmann::ordered_json;

// Where the reader stands, for its messages.
struct Place {
  const std::string& source;
  std::string_view remedy;
  int version;  // of the document
  std::string pointer;
  Place at(std::string_view key) const { return {source, remedy, version, fmt::format("{}/{}", pointer, key)}; }
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(ExitCode::failed, fmt::format("{}: {}: {}", source, pointer.empty() ? "/" : pointer, problem), std::string(remedy));
  }
};

inline const Json& member(const Json& object, std::string_view key, const Place& place) {
  if (!object.is_object()) place.fail("expected an object");
  const auto found = object.find(std::string(key));
  if (found == object.end()) place.at(key).fail("missing");
  return *found;
}

template <class T>
requires std::is_integral_v<T>
void read(const Json& json, T& out, const Place& place) {
  if (!json.is_number_integer()) place.fail("expected a whole number");
  // is_number_unsigned() tells the two 64-bit kinds that nlohmann keeps apart.
  const bool fits =
      json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>()) : std::in_range<T>(json.get<std::int64_t>());
  if (!fits) place.fail("out of range");
  out = json.get<T>();
}

inline void read(const Json& json, double& out, const Place& place) {
  if (json.is_null()) {
    out = std::numeric_limits<double>::quiet_NaN();  // as written: JSON has no NaN
    return;
  }
  if (!json.is_number()) place.fail("expected a number");
  out = json.get<double>();
}

inline void read(const Json& json, bool& out, const Place& place) {
  if (!json.is_boolean()) place.fail("expected true or false");
  out = json.get<bool>();
}

inline void read(const Json& json, std::string& out, const Place& place) {
  if (!json.is_string()) place.fail("expected a text");
  out = json.get<std::string>();
}

inline void read(const Json& json, Json& out, const Place&) { out = json; }

template <NamedEnum E>
void read(const Json& json, E& out, const Place& place) {
  std::string name;
  read(json, name, place);
  for (const auto& [value, text] : EnumNames<E>::values)
    if (text == name) {
      out = value;
      return;
    }
  place.fail(fmt::format("'{}' is none of its words", name));
}

inline void read(const Json& json, Experiment& out, const Place& place) {
  try {
    out = experiment_from_json(json);
  } catch (const std::exception& error) {
    place.fail(error.what());
  }
}

template <Listed T>
void read(const Json&, T&, const Place&);

template <class T>
void read(const Json& json, std::optional<T>& out, const Place& place) {
  out.reset();
  if (!json.is_null()) read(json, out.emplace(), place);
}

template <class T>
void read_columns(const Json&, std::vector<T>&, const Place&);

template <class T>
void read(const Json& json, std::vector<T>& out, const Place& place) {
  if constexpr (as_columns<T>) return read_columns(json, out, place);
  if (!json.is_array()) place.fail("expected a list");
  out.clear();
  for (std::size_t i = 0; i < json.size(); ++i) read(json[i], out.emplace_back(), place.at(std::to_string(i)));
}

template <class T>
void read(const Json& json, std::map<std::string, T>& out, const Place& place) {
  if (!json.is_object()) place.fail("expected an object");
  out.clear();
  for (const auto& [key, value] : json.items()) read(value, out[key], place.at(key));
}

// A visitor that takes each field out of an object. What is a temporary follows from the others.
inline auto from(const Json& object, const Place& place) {
  return [&object, &place]<class T>(const char* name, T&& value, std::string_view, const Rule& rule = {}) {
    if constexpr (std::is_lvalue_reference_v<T>) {
      if constexpr (schema::Kind<std::remove_reference_t<T>>::maybe)
        if (object.is_object() && !object.contains(name)) return;
      if (rule.since > place.version && object.is_object() && !object.contains(name)) return;
      read(member(object, name, place), value, place.at(name));
    }
  };
}

template <Listed T>
void read(const Json& json, T& out, const Place& place) {
  Fields<T>::of(out, from(json, place));
}

template <class T>
void read_columns(const Json& json, std::vector<T>& out, const Place& place) {
  const char* first_column = nullptr;
  T none{};
  Fields<T>::of(none, [&](const char* name, auto&&...) {
    if (first_column == nullptr) first_column = name;
  });
  const Json& first = member(json, first_column, place);
  if (!first.is_array()) place.at(first_column).fail("expected a list");
  out.assign(first.size(), {});
  for (std::size_t i = 0; i < out.size(); ++i)
    Fields<T>::of(out[i], [&](const char* name, auto& value, auto&&...) {
      const Json& column = member(json, name, place);
      if (!column.is_array() || column.size() != out.size())
        place.at(name).fail(fmt::format("expected a list of {} numbers", out.size()));
      read(column[i], value, place.at(name).at(std::to_string(i)));
    });
}

}  // namespace cnnbench::reading
